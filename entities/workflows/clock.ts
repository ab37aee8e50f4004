/**
 * The clock of a durable function that may not take for ever. It runs from its first start to its end, and stands while
 * people are waited for (an open gate, a credential), while the function sleeps, and while its workflow is paused. The
 * database keeps it, so that no way of changing a state gets around it.
 */
import { p, type TriggerDef } from '@mikro-orm/core';

export const clockColumns = {
  /** How long it may take, milliseconds, without the time for which its clock stands. Null: as long as it likes. */
  timeoutMs: p.bigint('number').nullable().check('timeout_ms > 0'),
  /** When its time is up, if its workflow is not paused meanwhile; null while the clock stands, and without a limit. */
  timesOutAt: p.datetime().nullable(),
  /** What is left of its time, milliseconds, while the clock stands; null where it has not run yet. */
  timeLeftMs: p.bigint('number').nullable(),
  /** What the workflow had been paused for, milliseconds, when `timesOutAt` was worked out. */
  pausedMsBefore: p.bigint('number').default(0),
  /** People, or the function's own sleep, are what it waits for; ends when it is entered again. */
  clockStands: p.boolean().default(false),
};

/** Of a workflow: for how long it has been paused. */
export const pauseColumns = {
  /** Milliseconds, without the pause that goes on. */
  pausedMs: p.bigint('number').default(0),
  pauseBeganAt: p.datetime().nullable(),
};

const sinceThen = (instant: string) => `(extract(epoch from clock_timestamp() - ${instant}) * 1000)::bigint`;

/** What the workflow of alias `w` has been paused for until now, milliseconds. */
export const pausedInSql = `w.paused_ms + coalesce(${sinceThen('w.pause_began_at')}, 0)`;

/** For `triggers` of a function with the columns above. @param gate its column for an open question, if it has one */
export function runningClock(gate?: string): TriggerDef {
  const goesOn = [
    `new.status in ('queued', 'running', 'waiting')`,
    'new.started_at is not null',
    'not new.clock_stands',
    ...(gate ? [`new.${gate} is null`] : []),
  ].join(' and ');
  return {
    name: 'clock_is_kept',
    timing: 'before',
    events: ['update'],
    when: 'new.timeout_ms is not null',
    body: `
      declare
        paused bigint;
      begin
        if new.status = 'running' and old.status <> 'running' then new.clock_stands := false; end if;
        if old.status in ('completed', 'failed', 'skipped', 'cancelled') and new.status <> old.status then
          new.times_out_at := null;
          new.time_left_ms := null;
        end if;
        if (${goesOn}) = (new.times_out_at is not null) then return new; end if;
        select ${pausedInSql} into paused from workflow_executions w where w.id = new.workflow_execution_id;
        if new.times_out_at is null then
          new.times_out_at := clock_timestamp() + coalesce(new.time_left_ms, new.timeout_ms) * interval '1 millisecond';
          new.paused_ms_before := coalesce(paused, 0);
          new.time_left_ms := null;
        else
          new.time_left_ms := greatest(0, -${sinceThen('new.times_out_at')} + coalesce(paused, 0) - new.paused_ms_before);
          new.times_out_at := null;
        end if;
        return new;
      end;`,
  };
}

/** For `triggers` of the workflow. */
export const pauseClock: TriggerDef = {
  name: 'pauses_are_counted',
  timing: 'before',
  events: ['update'],
  when: `(old.status = 'paused') <> (new.status = 'paused')`,
  body: `
    if new.status = 'paused' then
      new.pause_began_at := clock_timestamp();
    else
      new.paused_ms := new.paused_ms + coalesce(${sinceThen('new.pause_began_at')}, 0);
      new.pause_began_at := null;
    end if;
    return new;`,
};

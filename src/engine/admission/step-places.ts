/**
 * How many more steps of a stage may start, where the organisation has a limit for the steps of all its workflows
 * together. A stage that has none running and waits for one has a place kept for it, the oldest first: one with many steps does not hold up the others.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../../config.ts';
import { RetryLater } from '../errors.ts';
import { limitsOf } from './limits-of.ts';

/** In SQL: it takes up a place, unless it waits for a person. */
export const runningStep = `(status in ('queued', 'running') or (status = 'waiting' and waiting_until is not null))`;

/** How the wait for a step's place begins, in words. */
const waitingFor = 'a free place for a step';

/** How often a stage that waits for a place looks for one, milliseconds. */
const lookAgainMs = 1_000;

export type StepRoom = {
  /** Infinite where there is no limit. */
  places: number;
  /** What a stage throws that has steps to do and may start none; it comes back before long. */
  none: RetryLater;
};

/** PostgreSQL advisory lock: `gsw` in ASCII, then 5; and the organisation. */
const lockKey = 0x67737705;

/** In the transaction in which the steps are started; others of the organisation wait until it ends. */
export async function stepRoom(
  em: EntityManager,
  { organizationId, stageExecutionId }: { organizationId: string; stageExecutionId: string },
  { organization: defaults }: Config['limits'],
): Promise<StepRoom> {
  const { maxRunningSteps: limit } = await limitsOf(em, organizationId, defaults);
  const none = (running: number) =>
    new RetryLater(
      lookAgainMs,
      `${waitingFor}: ${running} of ${limit} steps of this organisation are running`,
    );
  if (limit === null) return { places: Number.POSITIVE_INFINITY, none: none(0) };
  await em.execute('select pg_advisory_xact_lock(?, hashtext(?))', [lockKey, organizationId]);
  const [seen] = await em.execute<{ running: number; before: number }[]>(
    `select (select count(*)::int from workflow_step_executions where organization_id = ? and ${runningStep}) as running,
            (select count(*)::int
               from workflow_stage_executions other join workflow_executions w on w.id = other.workflow_execution_id
              where other.organization_id = ? and other.status = 'waiting' and other.waiting_on like ? and other.id <> me.id
                and w.status in ('running', 'waiting')
                and (me.has_some or (other.started_at, other.id) < (coalesce(me.started_at, now()), me.id))) as before
       from (select id, started_at, exists (
                      select from workflow_step_executions
                       where workflow_stage_execution_id = stage.id and ${runningStep}) as has_some
               from workflow_stage_executions stage where id = ?) me`,
    [organizationId, organizationId, `${waitingFor}%`, stageExecutionId],
  );
  const { running, before } = seen ?? { running: 0, before: 0 };
  return { places: Math.max(0, limit - running - before), none: none(running) };
}

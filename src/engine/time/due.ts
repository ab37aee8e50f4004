/** Looks into the rows of all organisations for what has become due. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { pausedInSql } from '../../../entities/workflows/clock.ts';

export type Due = {
  kind: 'start' | 'deadline' | 'stage' | 'step' | 'schedule';
  /** Of the workflow, stage, step or schedule. */
  id: string;
  organizationId: string;
};

/** At most this many of each kind in one pass; the rest comes with the next. */
const batch = 100;

/** Those of a kind that may stay due are taken by turns, so that they do not keep others from theirs. */
const kinds: Record<Due['kind'], { table: string; when: string; column: string; turn?: string }> = {
  start: {
    table: 'workflow_executions',
    column: 'start_at',
    when: `start_at is not null and status = 'queued' and waiting_until is not null`,
  },
  deadline: {
    table: 'workflow_executions',
    column: 'deadline_at',
    // what is being cancelled has its own time for that
    when: `deadline_at is not null and status in ('queued', 'running', 'waiting', 'paused') and cancel_requested_at is null`,
  },
  stage: { table: 'workflow_stage_executions', column: 'times_out_at', when: unpaused() },
  step: { table: 'workflow_step_executions', column: 'times_out_at', when: unpaused() },
  schedule: {
    table: 'workflow_schedules',
    column: 'next_run_at',
    when: 'enabled and next_run_at is not null',
    turn: 'updated_at',
  },
};

function unpaused(): string {
  return `times_out_at is not null and exists (
    select from workflow_executions w where w.id = due.workflow_execution_id and w.status in ('queued', 'running', 'waiting'))`;
}

const question = Object.entries(kinds)
  .map(
    ([kind, { table, column, when, turn = column }]) => `
      (select '${kind}' as kind, id, organization_id from ${table} due
        where ${column} <= clock_timestamp() and ${when} order by ${turn} limit ${batch})`,
  )
  .join(' union all ');

export async function whatIsDue(em: EntityManager): Promise<Due[]> {
  const rows = await em.execute<{ kind: Due['kind']; id: string; organization_id: string }[]>(question);
  return rows.map(({ kind, id, organization_id }) => ({ kind, id, organizationId: organization_id }));
}

const tables = ['workflow_stage_executions', 'workflow_step_executions'] as const;

/**
 * Adds to the time of what would be over what it could not use: pauses of its workflow that have ended since, and all
 * that was before its rows were put back from a backup.
 */
export async function allowForPauses(em: EntityManager): Promise<void> {
  for (const table of tables) {
    await em.execute(`
      update ${table} due
         set times_out_at = case when w.restored_at > due.times_out_at
                                 then clock_timestamp() + due.timeout_ms * interval '1 millisecond'
                                 else due.times_out_at + (w.paused_ms - due.paused_ms_before) * interval '1 millisecond' end,
             paused_ms_before = ${pausedInSql}
        from workflow_executions w
       where w.id = due.workflow_execution_id and w.status in ('queued', 'running', 'waiting')
         and due.times_out_at <= clock_timestamp()
         and (w.paused_ms > due.paused_ms_before or w.restored_at > due.times_out_at)`);
  }
}

/**
 * Sets the clocks going again that stood because an operation or a step waited for people, and none does any more. A
 * function that sleeps, or waits for people itself, has no open operation, so its clock stands until it is entered.
 */
export async function restartClocks(em: EntityManager): Promise<void> {
  for (const table of tables) {
    const isStage = table === 'workflow_stage_executions';
    const below = isStage
      ? 'o.workflow_stage_execution_id = row.id'
      : `o.workflow_stage_execution_id = row.workflow_stage_execution_id and o.scope = row.function || '/' || row.item_id`;
    await em.execute(`
      update ${table} row set clock_stands = false
       where row.clock_stands and row.status in ('queued', 'running', 'waiting')
         and exists (select from integration_operations o where ${below} and ${open})
         and not exists (select from integration_operations o where ${below} and ${open} and ${waitsForPeople})
         ${isStage ? `and not exists (${stepForPeople})` : ''}`);
  }
}

const open = `o.status in ('intended', 'running', 'unknown')`;

/** Where one of its operations does instead, that one tells until when. */
const stepForPeople = `
  select from workflow_step_executions step
   where step.workflow_stage_execution_id = row.id and step.status = 'waiting' and step.waiting_until is null
     and not exists (select from integration_operations o
                      where o.workflow_stage_execution_id = row.id and ${open}
                        and o.scope = step.function || '/' || step.item_id)`;

/** An operation that is put off has been started, unless it is people that it waits for. */
const waitsForPeople = `o.status <> 'running' and o.waiting_on is not null and o.started_at is null`;

/**
 * How many more steps of a stage may start, where the organisation has a limit for the steps of all its workflows
 * together: as many as it gets when all who could start one take turns (`step-turns.ts`).
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../../config.ts';
import { RetryLater } from '../errors.ts';
import { limitsOf } from './limits-of.ts';
import { type InLine, takeTurns } from './step-turns.ts';

/** In SQL: it takes up a place, unless it waits for a person, or its workflow is paused. */
export const runningStep = `((status in ('queued', 'running') or (status = 'waiting' and waiting_until is not null))
  and not exists (select from workflow_executions w where w.id = workflow_execution_id and w.status = 'paused'))`;

/** How often a stage that may start none looks again, milliseconds. */
const lookAgainMs = 1_000;

export type StepRoom = {
  /** Infinite where there is no limit. */
  places: number;
  /** Other stages whose turn it is, too: to be passed on to (`pass-on.ts`) when this is committed. */
  others: InLine[];
  /** What a stage throws that has steps to do and may start none; it comes back before long. */
  none: RetryLater;
};

/** PostgreSQL advisory lock: `gsw` in ASCII, then 5; and the organisation. */
const lockKey = 0x67737705;

type Limits = Config['limits'];

/**
 * In the transaction in which the steps are started, with its workflow locked before; others of the organisation wait until
 * it ends.
 */
export async function stepRoom(
  em: EntityManager,
  { organizationId, stageExecutionId }: { organizationId: string; stageExecutionId: string },
  { organization: defaults }: Limits,
): Promise<StepRoom> {
  const { maxRunningSteps: limit } = await limitsOf(em, organizationId, defaults);
  const none = (running: number) =>
    new RetryLater(
      lookAgainMs,
      `a free place for a step: ${running} of ${limit} steps of this organisation are running`,
    );
  if (limit === null) return { places: Number.POSITIVE_INFINITY, others: [], none: none(0) };
  await em.execute('select pg_advisory_xact_lock(?, hashtext(?))', [lockKey, organizationId]);
  // what this transaction has begun or ended counts
  await em.flush();
  const { running, line } = await look(em, organizationId);
  const turns = takeTurns(line, limit - running);
  return {
    places: turns.get(stageExecutionId) ?? 0,
    others: line.filter(({ stageId }) => stageId !== stageExecutionId && turns.has(stageId)),
    none: none(running),
  };
}

/** The stages whose turn it is to start steps, as it stands at this moment. */
export async function whoseTurn(
  em: EntityManager,
  organizationId: string,
  { organization: defaults }: Limits,
): Promise<InLine[]> {
  const { maxRunningSteps: limit } = await limitsOf(em, organizationId, defaults);
  if (limit === null) return [];
  const { running, line } = await look(em, organizationId);
  const turns = takeTurns(line, limit - running);
  return line.filter(({ stageId }) => turns.has(stageId));
}

async function look(em: EntityManager, organizationId: string): Promise<{ running: number; line: InLine[] }> {
  const [seen] = await em.execute<{ running: number }[]>(
    `select count(*)::int as running from workflow_step_executions where organization_id = ? and ${runningStep}`,
    [organizationId],
  );
  const rows = await em.execute<{ stage: string; workflow: string; claims: number; since: string | Date }[]>(
    `select step.workflow_stage_execution_id as stage, step.workflow_execution_id as workflow,
            least(count(*) filter (where step.status = 'pending' and ${isReady}),
                  max(step.max_parallel) - count(*) filter (where step.status in ('queued', 'running', 'waiting')))::int as claims,
            max(greatest(step.created_at, step.queued_at, step.completed_at)) as since
       from workflow_step_executions step
       join workflow_stage_executions stage on stage.id = step.workflow_stage_execution_id
       join workflow_executions workflow on workflow.id = step.workflow_execution_id
      where step.organization_id = ? and stage.status in ('running', 'waiting') and stage.superseded_at is null
        and workflow.status in ('running', 'waiting')
        and exists (select from workflow_step_executions open
                     where open.workflow_stage_execution_id = step.workflow_stage_execution_id
                       and open.function = step.function and open.status = 'pending')
      group by step.workflow_stage_execution_id, step.workflow_execution_id, step.function`,
    [organizationId],
  );
  return {
    running: seen?.running ?? 0,
    line: rows
      .filter(({ claims }) => claims > 0)
      .map(({ stage, workflow, claims, since }) => ({
        stageId: stage,
        workflowId: workflow,
        claims,
        since: new Date(since),
      })),
  };
}

/** All that it depends on is done; the same as in `step-graph.ts`. */
const isReady = `not exists (
  select from jsonb_array_elements_text(step.depends_on) as needed (item)
   where not exists (select from workflow_step_executions other
                      where other.workflow_stage_execution_id = step.workflow_stage_execution_id
                        and other.function = step.function and other.item_id::text = needed.item
                        and other.status = 'completed'))`;

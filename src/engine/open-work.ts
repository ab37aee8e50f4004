/** What is open, as the reconciler needs it: a few statements however many workflows there are. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { ledgerTables } from '../../entities/workflows/operation.ts';
import { isUnderWay } from '../../entities/workflows/workflow-execution.ts';
import { type Engine, services } from './engine.ts';
import { jobIdOf } from './jobs.ts';
import type { JobAddress } from './queue-backend.ts';
import { queueNameOf } from './queues.ts';

export type OpenStage = {
  id: string;
  organizationId: string;
  workflowExecutionId: string;
  stage: string;
  incarnation: number;
  status: 'queued' | 'running' | 'waiting';
  /** Milliseconds since it was last touched, by the database's clock. */
  age: number;
  job: JobAddress;
};

/** An operation or step that is not over, or was touched within the last `reconcileAgeMs`. */
export type WorkBelow = {
  stageId: string;
  kind: 'operation' | 'step';
  status: string;
  isOpen: boolean;
  /** The durable function: the one that performs the operation, or the step itself. */
  scope: string;
  age: number;
  job: JobAddress;
};

const age = (table: string) => `extract(epoch from clock_timestamp() - ${table}.updated_at) * 1000`;

/**
 * Stages that should have a live job, in the order of their ids; those that wait for people need none.
 * @param after the last id of the page before
 */
export async function openStages(
  em: EntityManager,
  { after, olderThanMs, limit }: { after: string; olderThanMs: number; limit: number },
): Promise<OpenStage[]> {
  const rows = await em.execute<
    {
      id: string;
      organization_id: string;
      workflow_execution_id: string;
      incarnation: number;
      status: OpenStage['status'];
      stage: string;
      age: number;
    }[]
  >(
    `select stage.id, stage.organization_id, stage.incarnation, stage.status, stage.stage, stage.workflow_execution_id, ${age('stage')}::float8 as age
       from workflow_stage_executions stage
       join workflow_executions workflow on workflow.id = stage.workflow_execution_id
      where stage.status in ('queued', 'running', 'waiting') and stage.open_gate is null
        and ${isUnderWay('workflow')}
        and ${age('stage')} >= ? and stage.id > ?
      order by stage.id limit ?`,
    [olderThanMs, after, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    workflowExecutionId: row.workflow_execution_id,
    stage: row.stage,
    incarnation: row.incarnation,
    status: row.status,
    age: row.age,
    job: { queue: queueNameOf(row.stage), id: jobIdOf(row) },
  }));
}

/** What is at work below these stages, or was until a moment ago. Nobody waits for what a later attempt has superseded. */
export async function workBelow(
  em: EntityManager,
  stages: readonly OpenStage[],
  youngerThanMs: number,
): Promise<WorkBelow[]> {
  const operations = services.map(
    (service) =>
      `select '${service}' as queue, 'operation' as kind, id, incarnation, status, scope,
              workflow_stage_execution_id as stage_id, ${age('o')}::float8 as age,
              status in ('intended', 'running', 'unknown') as is_open
         from ${ledgerTables[service]} o
        where workflow_stage_execution_id = any(?::uuid[]) and superseded_at is null
          and (status in ('intended', 'running', 'unknown') or ${age('o')} < ?)`,
  );
  const steps = `select 'steps' as queue, 'step' as kind, id, incarnation, status, function || '/' || item_id as scope,
              workflow_stage_execution_id as stage_id, ${age('s')}::float8 as age,
              status in ('queued', 'running', 'waiting') as is_open
         from workflow_step_executions s
        where workflow_stage_execution_id = any(?::uuid[])
          and (status in ('queued', 'running', 'waiting') or ${age('s')} < ?)`;
  const all = [...operations, steps];
  const under = `{${stages.map(({ id }) => id).join(',')}}`;
  const rows = await em.execute<
    {
      queue: string;
      kind: WorkBelow['kind'];
      id: string;
      incarnation: number;
      status: string;
      scope: string;
      stage_id: string;
      age: number;
      is_open: boolean;
    }[]
  >(
    all.join(' union all '),
    all.flatMap(() => [under, youngerThanMs]),
  );
  return rows.map((row) => ({
    stageId: row.stage_id,
    kind: row.kind,
    status: row.status,
    isOpen: row.is_open,
    scope: row.scope,
    age: row.age,
    job: { queue: row.queue, id: jobIdOf(row) },
  }));
}

/**
 * Puts these stages back in line under a new incarnation, unless they have moved on. Gives the ids and incarnations of
 * those it did.
 */
export async function requeueAll(
  engine: Pick<Engine, 'databases'>,
  stages: readonly OpenStage[],
): Promise<{ id: string; incarnation: number }[]> {
  // in a transaction of its own: it must be committed before a worker sees the jobs
  return engine.databases.maintenance.workflows((em) =>
    em.execute(
      `update workflow_stage_executions stage
          set status = 'queued', incarnation = stage.incarnation + 1, queued_at = clock_timestamp(),
              waiting_on = null, waiting_until = null, waiting_since = null
         from unnest(?::uuid[], ?::int[]) as seen (id, incarnation), workflow_executions workflow
        where stage.id = seen.id and stage.incarnation = seen.incarnation
          and stage.status in ('queued', 'running', 'waiting') and stage.open_gate is null
          and workflow.id = stage.workflow_execution_id and workflow.status in ('queued', 'running', 'waiting')
      returning stage.id, stage.incarnation`,
      [
        `{${stages.map(({ id }) => id).join(',')}}`,
        `{${stages.map(({ incarnation }) => incarnation).join(',')}}`,
      ],
    ),
  );
}

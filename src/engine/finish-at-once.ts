/**
 * The end of a stage in the plain case, for all jobs of a worker that end at this moment: one statement completes the
 * stages, queues the next ones or completes the workflows, and writes what is announced. What is not plain it leaves
 * alone. It does the same as `finishWithCare` in `advance.ts`, which says it in words; a test holds the two together.
 */
import type { Databases } from '../databases/connect.ts';
import type { Statement } from '../databases/round-trip.ts';
import { batching } from './batching.ts';
import type { Engine } from './engine.ts';
import type { Holder } from './fencing.ts';
import type { StageRef } from './jobs.ts';
import { circumstances, eventId } from './outbox.ts';

/**
 * Plain are: the stage is the job's own still (nobody else has written to it) and not over, its workflow goes on, and the next stage was never begun.
 * Workflows are locked before stages, and in the order of their ids, so that nobody waits in a circle.
 */
const finishStages: Statement = {
  name: 'finish-stages',
  text: `
    with job as (
      select * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[])
        as job (workflow_id, stage_id, incarnation, entered_at, completed_event, ended_event, mark, seen_mark)),
    workflow as (
      select id, status, project_id, started_at from workflow_executions
       where id = any($2) and status in ('queued', 'running', 'waiting') order by id for update),
    stage as (
      select s.id, s.organization_id, s.workflow_execution_id, s.stage, s.stage_order, s.status,
             coalesce(s.started_at, job.entered_at) as started_at,
             n.id as next_id, n.stage as next_stage
        from job join workflow w on w.id = job.workflow_id
        join workflow_stage_executions s on s.id = job.stage_id and s.incarnation = job.incarnation
         and (s.entry = job.mark or s.entry is not distinct from job.seen_mark)
         and s.workflow_execution_id = w.id and s.status in ('queued', 'running', 'waiting')
        left join workflow_stage_executions n
          on n.workflow_execution_id = s.workflow_execution_id and n.stage_order = s.stage_order + 1
       where n.id is null or n.status = 'pending'
         for update of s),
    completed as (
      update workflow_stage_executions s
         set status = 'completed', started_at = stage.started_at, completed_at = $1,
             waiting_on = null, waiting_until = null, waiting_since = null
        from stage where s.id = stage.id
      returning s.id, s.duration_ms),
    queued as (
      update workflow_stage_executions n
         set status = 'queued', queued_at = $1
        from stage where n.id = stage.next_id
      returning n.id, n.stage, n.incarnation, n.organization_id, n.workflow_execution_id),
    moved as (
      update workflow_executions w
         set status = case when stage.next_id is null then 'completed' else 'running' end,
             current_stage = coalesce(stage.next_stage, w.current_stage),
             started_at = coalesce(w.started_at, stage.started_at),
             completed_at = case when stage.next_id is null then $1 end,
             waiting_on = null, waiting_until = null
        from stage where w.id = stage.workflow_execution_id
      returning w.id, w.duration_ms),
    announced as (
      insert into outbox (id, organization_id, workflow_execution_id, type, payload, occurred_at)
      select event.id, stage.organization_id, stage.workflow_execution_id, event.type,
             event.payload
               || case when workflow.project_id is null then '{}' else jsonb_build_object('projectId', workflow.project_id) end
               || ${circumstances},
             $1
        from stage join job on job.stage_id = stage.id join workflow on workflow.id = stage.workflow_execution_id
        join completed on completed.id = stage.id join moved on moved.id = workflow.id
        cross join lateral (
          select 1 as place, job.completed_event as id, 'stage.completed' as type,
                 jsonb_build_object('stage', stage.stage, 'stageId', stage.id, 'durationMs', completed.duration_ms,
                   'before', jsonb_build_object('status', stage.status), 'after', jsonb_build_object('status', 'completed')) as payload
          union all
          select 2, job.ended_event, 'workflow.completed',
                 jsonb_build_object('durationMs', moved.duration_ms,
                   'before', jsonb_build_object('status', workflow.status), 'after', jsonb_build_object('status', 'completed'))
           where stage.next_id is null) as event
       order by stage.id, event.place
      on conflict (id) do nothing)
    select stage.id as "finishedId", queued.id, queued.stage, queued.incarnation,
           queued.organization_id as "organizationId", queued.workflow_execution_id as "workflowExecutionId"
      from stage left join queued on queued.id = stage.next_id`,
};

/** A stage whose function has come to its end. */
export type Ended = {
  organizationId: string;
  stage: string;
  holder: Holder;
  /** The workflow ends with it: that is to be on disk before anybody hears of it. */
  isLast: boolean;
};

/** The next stage; null where there is none; undefined where nothing was done, because the case is not plain. */
type Finished = StageRef | null | undefined;

export function finishAtOnce(engine: Engine, ended: Ended): Promise<Finished> {
  const together = ended.isLast ? finishFlushed : finishRepeatable;
  return together(engine.databases, ended.organizationId, ended.holder);
}

const finishFlushed = batching((databases: Databases, organizationId, holders: readonly Holder[]) =>
  finish(databases, organizationId, holders, false),
);

const finishRepeatable = batching((databases: Databases, organizationId, holders: readonly Holder[]) =>
  finish(databases, organizationId, holders, true),
);

async function finish(
  databases: Databases,
  organizationId: string,
  holders: readonly Holder[],
  repeatable: boolean,
): Promise<Finished[]> {
  const each = <T>(value: (holder: Holder) => T): T[] => holders.map(value);
  const values = [
    new Date(),
    each(({ workflowId }) => workflowId),
    each(({ id }) => id),
    each(({ incarnation }) => incarnation),
    each(({ since }) => since),
    each(({ workflowId, id }) => eventId(workflowId, `${id}/completed`)),
    each(({ workflowId }) => eventId(workflowId, 'completed')),
    each(({ entry }) => entry.mark),
    each(({ entry }) => entry.seen),
  ];
  const { workflows } = databases.inOrganization(organizationId);
  const [rows] = await workflows.inOneTrip([{ statement: finishStages, values }], { repeatable });
  const finished = new Map((rows as Row[]).map((row) => [row.finishedId, row]));
  return holders.map(({ id }) => {
    const row = finished.get(id);
    return row && (isQueued(row) ? row : null);
  });
}

type Row = { finishedId: string } & (StageRef | { [Column in keyof StageRef]: null });

const isQueued = (row: Row): row is { finishedId: string } & StageRef => row.id !== null;

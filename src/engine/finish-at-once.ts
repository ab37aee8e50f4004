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

/** Until now, since then. */
const milliseconds = (since: string) => `(extract(epoch from $1 - ${since}) * 1000)::bigint`;

/** Whoever locks workflows and stages locks the workflows first, these in the order of their ids: nobody waits in a circle. */
const lockWorkflows: Statement = {
  name: 'lock workflows',
  text: 'select from workflow_executions where id = any($1) order by id for no key update',
};

/**
 * Plain are: the stage is the job's own still (nobody else has written to it) and not over, its workflow goes on, in its
 * first attempt and uncancelled, and the next stage was never begun. Everything is found in `stage`, so that no part has
 * to be matched with another. `offset 0` keeps the planner, which may know nothing of the tables yet, to the one row by
 * its key: it would rather read all workflows at work, for each of the jobs.
 */
const finishStages: Statement = {
  name: 'finish stages',
  text: `
    with stage as (
      select job.completed_event, job.ended_event, w.status as workflow_status, w.project_id,
             coalesce(w.started_at, s.started_at, job.entered_at) as workflow_started_at,
             s.id, s.organization_id, s.workflow_execution_id, s.stage, s.status,
             coalesce(s.started_at, job.entered_at) as started_at,
             n.id as next_id, n.stage as next_stage, n.incarnation as next_incarnation
        from unnest($2::uuid[], $3::uuid[], $4::int[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[])
          as job (workflow_id, stage_id, incarnation, entered_at, completed_event, ended_event, mark, seen_mark)
       cross join lateral (select * from workflow_executions where id = job.workflow_id offset 0) w
       cross join lateral (select * from workflow_stage_executions where id = job.stage_id offset 0 for no key update) s
        left join lateral (
          select * from workflow_stage_executions
           where workflow_execution_id = w.id and stage_order = s.stage_order + 1 and superseded_at is null offset 0) n on true
       where w.status in ('queued', 'running', 'waiting') and w.attempt = 1 and w.cancel_requested_at is null
         and s.workflow_execution_id = w.id and s.status in ('queued', 'running', 'waiting')
         and s.incarnation = job.incarnation
         and (s.entry = job.mark or s.entry is not distinct from job.seen_mark)
         and (n.id is null or n.status = 'pending')),
    completed as (
      update workflow_stage_executions s
         set status = 'completed', started_at = stage.started_at, completed_at = $1,
             waiting_on = null, waiting_until = null, waiting_since = null
        from stage where s.id = stage.id),
    queued as (
      update workflow_stage_executions n set status = 'queued', queued_at = $1
        from stage where n.id = stage.next_id),
    moved as (
      update workflow_executions w
         set status = case when stage.next_id is null then 'completed' else 'running' end,
             current_stage = coalesce(stage.next_stage, w.current_stage),
             started_at = stage.workflow_started_at,
             completed_at = case when stage.next_id is null then $1 end,
             waiting_on = null, waiting_until = null
        from stage where w.id = stage.workflow_execution_id),
    announced as (
      insert into outbox (id, organization_id, workflow_execution_id, type, payload, occurred_at)
      select event.id, stage.organization_id, stage.workflow_execution_id, event.type,
             event.payload || ${circumstances}
               || jsonb_strip_nulls(jsonb_build_object('projectId', stage.project_id)), $1
        from stage cross join lateral (
          select 1 as place, stage.completed_event as id, 'stage.completed' as type,
                 jsonb_build_object('stage', stage.stage, 'stageId', stage.id, 'durationMs', ${milliseconds('stage.started_at')},
                   'before', jsonb_build_object('status', stage.status), 'after', jsonb_build_object('status', 'completed')) as payload
          union all
          select 2, stage.ended_event, 'workflow.completed',
                 jsonb_build_object('durationMs', ${milliseconds('stage.workflow_started_at')},
                   'before', jsonb_build_object('status', stage.workflow_status), 'after', jsonb_build_object('status', 'completed'))
           where stage.next_id is null) as event
       order by stage.id, event.place
      on conflict (id) do nothing)
    select id as "finishedId", next_id as id, next_stage as stage, next_incarnation as incarnation,
           organization_id as "organizationId", workflow_execution_id as "workflowExecutionId"
      from stage`,
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
  const [, rows] = await workflows.inOneTrip(
    [
      { statement: lockWorkflows, values: [each(({ workflowId }) => workflowId)] },
      { statement: finishStages, values },
    ],
    { repeatable },
  );
  const finished = new Map((rows as Row[]).map((row) => [row.finishedId, row]));
  return holders.map(({ id }) => {
    const row = finished.get(id);
    return row && (isQueued(row) ? row : null);
  });
}

type Row = { finishedId: string } & (StageRef | { id: null });

const isQueued = (row: Row): row is { finishedId: string } & StageRef => row.id !== null;

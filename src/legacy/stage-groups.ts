/**
 * One row per stage of a workflow. Several stages of the earlier system can be one of ours, the same one may be there
 * twice, operations may belong to a stage without a row, and task_db had no rows for stages at all.
 */
import { deriveId } from '../engine/derive.ts';
import type { Sources } from './source.ts';
import { type Outcome, outcomeOf, stageFor, stageOf, stages } from './stages.ts';
import { momentOf, type Workflow, type Workflows } from './workflows.ts';

export type StageGroup = Outcome & {
  /** Ours: the id of the source row that leads the group, or a derived one. */
  id: string;
  workflowId: string;
  stage: string;
  /** 1 for the first of ours. */
  order: number;
  startedAt: string | null;
  completedAt: string | null;
};

export type StageGroups = {
  /** The group that a row of workflow_stage_executions went into. */
  of(rowId: unknown): StageGroup | undefined;
  /** The group of an operation that names no stage. */
  forOperation(workflowId: unknown, operationType: unknown): StageGroup | undefined;
  /** Groups that no source row leads. */
  without(workflowId: string): StageGroup[];
};

type Row = {
  id: string;
  workflow: string;
  stage: string;
  status: string | null;
  started: string | null;
  completed: string | null;
  error: string | null;
};

export async function readStages({ workflows: source }: Sources, workflows: Workflows): Promise<StageGroups> {
  const byRow = new Map<string, StageGroup>();
  const groups = new Map<string, StageGroup>();
  if (source?.tables.has('workflow_stage_executions')) {
    const { rows } = await source.client.query<Row>(
      `select id, workflow_execution_id as workflow, stage::text, status::text, started_at::text as started,
              completed_at::text as completed, error_message as error
         from workflow_stage_executions
        order by workflow_execution_id, coalesce(completed_at, started_at, created_at) nulls first, stage_order, id`,
    );
    const known = rows.filter(({ stage }) => stageOf[stage] !== undefined);
    for (const [key, members] of Map.groupBy(known, (row) => `${row.workflow}:${stageOf[row.stage]}`)) {
      const group = combine(members);
      groups.set(key, group);
      for (const { id } of members) byRow.set(id, group);
    }
  }
  const derived = new Map<string, StageGroup[]>();
  const add = (workflow: Workflow, stage: string, outcome: Outcome) => {
    const key = `${workflow.id}:${stage}`;
    if (groups.has(key)) return;
    const group = { ...emptyGroup(deriveId('legacy', 'stage', key), workflow.id, stage), ...outcome };
    groups.set(key, group);
    derived.set(workflow.id, [...(derived.get(workflow.id) ?? []), group]);
  };
  for (const workflow of workflows.all()) {
    for (const name of workflow.stagesCompleted) {
      const stage = stageOf[String(name)];
      if (stage) add(workflow, stage, { status: 'completed', reason: null });
    }
    const current =
      stageOf[String(workflow.errorStage ?? '')] ?? stageOf[String(workflow.currentStage ?? '')];
    add(workflow, current ?? 'project_selection', outcomeOf(workflow.status));
  }
  for (const { workflow, type } of source ? await strayOperations(source.client) : []) {
    const owner = workflows.of('workflows', workflow);
    if (owner) add(owner, stageFor(type), outcomeOf(owner.status));
  }
  return {
    of: (rowId) => byRow.get(String(rowId)),
    forOperation: (workflowId, type) => groups.get(`${workflowId}:${stageFor(type)}`),
    without: (workflowId) => derived.get(workflowId) ?? [],
  };
}

const emptyGroup = (id: string, workflowId: string, stage: string) => ({
  id,
  workflowId,
  stage,
  order: stages.indexOf(stage) + 1,
  startedAt: null,
  completedAt: null,
});

/** Of the same stage twice the later one counts; of several that are one stage of ours, all must have been completed. */
function combine(rows: Row[]): StageGroup {
  const [lead] = rows as [Row, ...Row[]];
  const latest = new Map(rows.map((row) => [row.stage, row]));
  const outcomes = [...latest.values()].map((row) => {
    const outcome = outcomeOf(row.status);
    return outcome.status === 'failed' ? { ...outcome, reason: row.error ?? outcome.reason } : outcome;
  });
  const worst =
    outcomes.find(({ status }) => status === 'failed') ??
    outcomes.find(({ status }) => status === 'cancelled') ??
    outcomes[0];
  const times = (key: 'started' | 'completed') =>
    rows.flatMap((row) => row[key] ?? []).sort((a, b) => momentOf(a) - momentOf(b) || (a < b ? -1 : 1));
  return {
    ...emptyGroup(lead.id, lead.workflow, stageOf[lead.stage] ?? ''),
    ...(worst ?? { status: 'failed', reason: null }),
    startedAt: times('started')[0] ?? null,
    completedAt: times('completed').at(-1) ?? null,
  };
}

type Reader = { query(sql: string): Promise<{ rows: { workflow: string; type: string }[] }> };

async function strayOperations(client: Reader) {
  const ofTable = (table: string) =>
    `select workflow_execution_id as workflow, operation_type as type from ${table} where workflow_stage_execution_id is null`;
  const tables = ['codegen_operations', 'linear_operations', 'github_operations'].map(ofTable);
  return (await client.query(`${tables.join(' union ')} order by 1, 2`)).rows;
}

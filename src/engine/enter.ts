/**
 * What a stage or a step needs to know when its job starts, read for all jobs that start at this moment in one round
 * trip. Nothing is written: a durable function is marked as running with its first write (`fencing.ts`).
 */
import { randomUUID } from 'node:crypto';
import type { Operation } from '../../entities/workflows/operation.ts';
import { CodegenOperation, GithubOperation, LinearOperation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { Databases } from '../databases/connect.ts';
import type { Statement } from '../databases/round-trip.ts';
import { batching } from './batching.ts';
import type { Engine } from './engine.ts';
import type { Entry, Kind } from './fencing.ts';
import type { RowJobData } from './jobs.ts';

export type Entered = {
  workflow: WorkflowExecution;
  row: WorkflowStageExecution | WorkflowStepExecution;
  /** What it has performed so far. */
  known: Operation[];
  at: Date;
  /** Its own from now on, once it writes. */
  entry: Entry;
};

/** Null where this job has no business with the row any more, or not yet. */
export async function enter(engine: Engine, kind: Kind, data: RowJobData): Promise<Entered | null> {
  const entered = await enterTogether[kind](engine.databases, data.organizationId, data);
  const { workflow, row } = entered;
  if (!workflow || workflow.isOver()) return null;
  if (!row || row.incarnation !== data.incarnation || row.isOver() || row.status === 'pending') return null;
  return {
    ...entered,
    workflow,
    row,
    at: new Date(),
    entry: { mark: randomUUID(), seen: row.entry ?? null },
  };
}

type Seen = Pick<Entered, 'known'> & {
  workflow: WorkflowExecution | undefined;
  row: Entered['row'] | undefined;
};

const workflowsById: Statement = {
  name: 'workflows-by-id',
  text: 'select * from workflow_executions where id = any($1)',
};

type Source = {
  rows: Statement;
  as: new () => Entered['row'];
  /** What the durable functions with these ids have performed, with the id of each in `performer`. */
  performed(table: string): Statement;
};

const sources: Record<Kind, Source> = {
  stage: {
    as: WorkflowStageExecution,
    rows: { name: 'stages-by-id', text: 'select * from workflow_stage_executions where id = any($1)' },
    performed: (table) => ({
      name: `${table}-of-stages`,
      text: `select o.* from ${table} o join workflow_stage_executions s
               on s.id = o.workflow_stage_execution_id and s.stage = o.scope where s.id = any($1)`,
    }),
  },
  step: {
    as: WorkflowStepExecution,
    rows: { name: 'steps-by-id', text: 'select * from workflow_step_executions where id = any($1)' },
    performed: (table) => ({
      name: `${table}-of-steps`,
      text: `select o.* from ${table} o join workflow_step_executions s
               on s.workflow_execution_id = o.workflow_execution_id and o.scope = s.function || '/' || s.item_id
              where s.id = any($1)`,
    }),
  },
};

/** Its name within the workflow. */
export const scopeOf = (row: Entered['row']): string =>
  row instanceof WorkflowStageExecution ? row.stage : `${row.function}/${row.itemId}`;

const enterTogether = {
  stage: batching((databases: Databases, organizationId, jobs: readonly RowJobData[]) =>
    look('stage', databases, organizationId, jobs),
  ),
  step: batching((databases: Databases, organizationId, jobs: readonly RowJobData[]) =>
    look('step', databases, organizationId, jobs),
  ),
};

async function look(
  kind: Kind,
  databases: Databases,
  organizationId: string,
  jobs: readonly RowJobData[],
): Promise<Seen[]> {
  const { rows, as, performed } = sources[kind];
  const ids = jobs.map(({ rowId }) => rowId);
  const [found, workflows, ...operations] = await databases
    .inOrganization(organizationId)
    .workflows.inOneTrip([
      { statement: rows, values: [ids], as },
      { statement: workflowsById, values: [jobs.map(({ workflowId }) => workflowId)], as: WorkflowExecution },
      { statement: performed('github_operations'), values: [ids], as: GithubOperation },
      { statement: performed('linear_operations'), values: [ids], as: LinearOperation },
      { statement: performed('codegen_operations'), values: [ids], as: CodegenOperation },
    ]);
  const rowOf = new Map(found.map((row) => [row.id, row]));
  const workflowOf = new Map(workflows.map((workflow) => [workflow.id, workflow]));
  const performedBy = Map.groupBy(operations.flat(), (one) => `${one.workflowExecutionId} ${one.scope}`);
  return jobs.map(({ rowId, workflowId }) => {
    const row = rowOf.get(rowId);
    return {
      row,
      workflow: workflowOf.get(workflowId),
      known: (row && performedBy.get(`${workflowId} ${scopeOf(row)}`)) ?? [],
    };
  });
}

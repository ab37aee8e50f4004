/**
 * What a stage or a step needs to know when its job starts, read for all jobs that start at this moment in one round
 * trip. Nothing is written: a durable function is marked as running with its first write (`fencing.ts`).
 */
import { randomUUID } from 'node:crypto';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { Databases } from '../databases/connect.ts';
import type { Statement } from '../databases/round-trip.ts';
import { batching } from './batching.ts';
import type { Engine } from './engine.ts';
import type { Entry, Kind } from './fencing.ts';
import type { RowJobData } from './jobs.ts';

type Row = WorkflowStageExecution | WorkflowStepExecution;

/** To be read, not to be changed: they belong to no EntityManager. */
export type Entered = {
  workflow: WorkflowExecution;
  row: Row;
  at: Date;
  /** Its own from now on, once it writes. */
  entry: Entry;
};

/** Null where this job has no business with the row any more, or not yet. */
export async function enter(engine: Engine, kind: Kind, data: RowJobData): Promise<Entered | null> {
  const look = kind === 'stage' ? lookAtStages : lookAtSteps;
  const { workflow, row } = await look(engine.databases, data.organizationId, data);
  if (!workflow || workflow.isOver() || workflow.pausedAt) return null;
  if (!row || row.incarnation !== data.incarnation || row.isOver() || row.status === 'pending') return null;
  return { workflow, row, at: new Date(), entry: { mark: randomUUID(), seen: row.entry ?? null } };
}

const lookAtStages = batching(
  looking(WorkflowStageExecution, {
    name: 'stages by id',
    text: 'select * from workflow_stage_executions where id = any($1)',
  }),
);

const lookAtSteps = batching(
  looking(WorkflowStepExecution, {
    name: 'steps by id',
    text: 'select * from workflow_step_executions where id = any($1)',
  }),
);

const workflowsById: Statement = {
  name: 'workflows by id',
  text: 'select * from workflow_executions where id = any($1)',
};

function looking(as: new () => Row, rowsById: Statement) {
  return async (databases: Databases, organizationId: string, jobs: readonly RowJobData[]) => {
    const { workflows: db } = databases.inOrganization(organizationId);
    const [rows, workflows] = await db.inOneTrip([
      { statement: rowsById, values: [jobs.map(({ rowId }) => rowId)], as },
      { statement: workflowsById, values: [jobs.map(({ workflowId }) => workflowId)], as: WorkflowExecution },
    ]);
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    const workflowOf = new Map(workflows.map((workflow) => [workflow.id, workflow]));
    return jobs.map(({ rowId, workflowId }) => ({
      row: rowOf.get(rowId),
      workflow: workflowOf.get(workflowId),
    }));
  };
}

/** Its name within the workflow. */
export const scopeOf = (row: Row): string =>
  row instanceof WorkflowStageExecution ? row.stage : `${row.function}/${row.itemId}`;

/**
 * Sees to it that what a durable function waits for has a live job under the function's own job. Usually that is a
 * plain add; after a loss it replaces jobs of earlier incarnations, which then have no right to act any more.
 */
import { LockMode } from '@mikro-orm/postgresql';
import type { Operation } from '../../entities/workflows/operation.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { operationNamed } from './catalogue.ts';
import { type Engine, ledgerOf } from './engine.ts';
import { expectCurrent } from './fencing.ts';
import { operationJob, stepJob } from './jobs.ts';
import type { Performer } from './ledger.ts';
import type { EngineJob } from './queues.ts';
import { serviceOf } from './service-of.ts';
import type { UntilDone } from './suspension.ts';

type Row = Operation | WorkflowStepExecution;

export async function dispatch(engine: Engine, performer: Performer, children: UntilDone): Promise<void> {
  const rows: Row[] = 'operations' in children ? children.operations : children.steps.filter(isOnItsWay);
  for (const row of rows) {
    const needed = await jobNeeded(engine, performer, row);
    if (!needed) continue;
    const job = jobUnder(engine, performer, needed);
    await engine.queues.add(job);
    engine.atBoundary?.('child-added', job.name);
  }
}

const isOnItsWay = (step: WorkflowStepExecution): boolean => step.status !== 'pending' && !step.isOver();

function jobUnder(engine: Engine, performer: Performer, row: Row): EngineJob {
  if (row instanceof WorkflowStepExecution) return stepJob(row, performer.job);
  return operationJob(row, operationNamed(engine.catalogue, row.operationType), performer.job);
}

/**
 * Gives the row for which a job must be added, or null where there is a live one or the row has come to its end.
 * A row whose job was added under another parent, or whose job is finished while the row is not, gets a new
 * incarnation: an add under the old id would be swallowed, or would report to a parent that is gone.
 */
async function jobNeeded(engine: Engine, performer: Performer, row: Row): Promise<Row | null> {
  const job = jobUnder(engine, performer, row);
  if (row.parentJobId === performer.job.id) {
    const state = await engine.queues.lookUp(job.queue, job.id);
    // Adding a live job again could tie the parent to a child that fails this very moment (BullMQ on Redis).
    if (state !== 'finished') return state === 'live' ? null : row;
  }
  const db = engine.databases.inOrganization(performer.organizationId);
  const { needed, isAddedByOthers } = await db.workflows(async (em) => {
    await expectCurrent(em, performer.holder);
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
    const current: Row =
      row instanceof WorkflowStepExecution
        ? await em.findOneOrFail(WorkflowStepExecution, row.id, lock)
        : await em.findOneOrFail(ledgerOf[serviceOf(row)], row.id, lock);
    if (current.isOver()) return { needed: null };
    // by whoever freed it, since we read it: the same job once more, or two would do it
    if (current.parentJobId === performer.job.id && row.parentJobId !== performer.job.id) {
      return { needed: current, isAddedByOthers: true };
    }
    if (current instanceof WorkflowStepExecution) {
      if (current.parentJobId) current.requeue();
    } else if (current.parentJobId) current.incarnation += 1;
    current.parentJobId = performer.job.id;
    return { needed: current };
  });
  return isAddedByOthers ? jobNeeded(engine, performer, needed) : needed;
}

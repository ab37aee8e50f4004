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
import { type Performer, serviceOf } from './ledger.ts';
import type { EngineJob } from './queues.ts';
import type { UntilDone } from './suspension.ts';

type Row = Operation | WorkflowStepExecution;

export async function dispatch(engine: Engine, performer: Performer, children: UntilDone): Promise<void> {
  const rows: Row[] = 'operations' in children ? children.operations : children.steps.filter(isOnItsWay);
  for (const row of rows) {
    const current = await renewIfNeeded(engine, performer, row);
    if (!current) continue;
    const job = jobUnder(engine, performer, current);
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
 * A row whose job was added under another parent, or whose job is finished while the row is not, gets a new
 * incarnation: an add under the old id would be swallowed, or would report to a parent that is gone. Gives null where
 * the row has meanwhile come to its end.
 */
async function renewIfNeeded(engine: Engine, performer: Performer, row: Row): Promise<Row | null> {
  const job = jobUnder(engine, performer, row);
  const ours = row.parentJobId === performer.job.id;
  if (ours && (await engine.queues.lookUp(job.queue, job.id)) !== 'finished') return row;
  const db = engine.databases.inOrganization(performer.organizationId);
  return db.workflows(async (em) => {
    await expectCurrent(em, performer.holder);
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
    const current: Row =
      row instanceof WorkflowStepExecution
        ? await em.findOneOrFail(WorkflowStepExecution, row.id, lock)
        : await em.findOneOrFail(ledgerOf[serviceOf(row)], row.id, lock);
    if (current.isOver()) return null;
    if (current.parentJobId) current.incarnation += 1;
    current.parentJobId = performer.job.id;
    return current;
  });
}

/**
 * What people may have done to a job of the queue, and what that means here. A job of a stage, step or operation that is
 * over has no right to act any more: BullMQ's own retry would run it, have it find that out, and call it completed. So such a job is retried by
 * telling its workflow, which goes on under new incarnations. Other jobs read the rows each time and may simply run again.
 */
import type { Job } from 'bullmq';
import { z } from 'zod';
import type { GithubOperation, Operation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { queueNames, stageQueues } from './catalogue.ts';
import type { Catalogue } from './define.ts';
import { type Engine, ledgerOf, services } from './engine.ts';
import { jobIdOf } from './jobs.ts';
import type { JobAddress } from './queue-backend.ts';
import { isSentinel } from './queue-epoch.ts';
import { receiveSignal } from './receive-signal.ts';
import { Refusal } from './refusal.ts';

type ActingEngine = Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>;

/** What is about to be done to a job: it was found to make sense. */
export type JobAction = {
  job: { queue: string; id: string; name: string };
  /** Whose job it is; null where it is nobody's in particular. */
  organizationId: string | null;
  workflowId: string | null;
  carryOut(actor: string): Promise<void>;
};

/** Throws a {@link Refusal} where there is no such job, or a retry of it makes no sense. */
export async function retryOf(engine: ActingEngine, address: JobAddress): Promise<JobAction> {
  const job = await jobAt(engine, address);
  const state = await job.getState();
  if (state !== 'failed') {
    throw new Refusal(
      'conflict',
      `The job ${address.id} is ${state}; only one that has failed can be retried.`,
    );
  }
  if (!ofRows(engine, address.queue)) {
    return action(address, job, null, () => job.retry('failed'));
  }
  const { organizationId, workflowId } = await expectRetriable(engine, address, job);
  return action(address, job, { organizationId, workflowId }, async (actor) => {
    const reason = `Retry of the job ${address.id} in the queue ${address.queue}`;
    await receiveSignal(engine, { organizationId, workflowId, type: 'retry', actor, reason });
    // for whoever looks at this job later: it stays failed, as it was
    await job.log(`retried by ${actor}: its workflow goes on under new jobs`);
  });
}

/**
 * Lets a job that is put off run now: it takes its time from the rows, or tries once more. Throws a {@link Refusal} where it is not put off.
 */
export async function promotionOf(engine: ActingEngine, address: JobAddress): Promise<JobAction> {
  const job = await jobAt(engine, address);
  const state = await job.getState();
  if (state !== 'delayed') {
    throw new Refusal(
      'conflict',
      `The job ${address.id} is ${state}; only one that is delayed can be promoted.`,
    );
  }
  if (isSentinel(address)) {
    throw new Refusal(
      'forbidden',
      'This job is never due: it keeps watch over the queue. If it ran, the queue would be taken for lost.',
    );
  }
  const parsed = rowJob.safeParse(job.data);
  const of = ofRows(engine, address.queue) && parsed.success ? parsed.data : null;
  return action(address, job, of, () => engine.queues.hurry(address.queue, address.id));
}

function action(
  { queue, id }: JobAddress,
  { name }: Job,
  of: { organizationId: string; workflowId: string } | null,
  carryOut: JobAction['carryOut'],
): JobAction {
  return {
    job: { queue, id, name },
    organizationId: of?.organizationId ?? null,
    workflowId: of?.workflowId ?? null,
    carryOut,
  };
}

/** Its latest jobs in that state, at most so many. */
export async function jobsIn(
  { queues, catalogue }: ActingEngine,
  queue: string,
  state: 'failed' | 'delayed',
  limit: number,
): Promise<Job[]> {
  expectQueue(catalogue, queue);
  return queues.queue(queue).getJobs([state], 0, limit - 1);
}

function expectQueue(catalogue: Catalogue, queue: string): void {
  if (queueNames(catalogue).includes(queue)) return;
  throw new Refusal('not-found', `There is no queue called "${queue}".`);
}

async function jobAt({ queues, catalogue }: ActingEngine, { queue, id }: JobAddress): Promise<Job> {
  expectQueue(catalogue, queue);
  const job = await queues.queue(queue).getJob(id);
  if (!job) throw new Refusal('not-found', `There is no job ${id} in the queue ${queue} any more.`);
  return job;
}

const rowJob = z.object({
  organizationId: z.uuid(),
  workflowId: z.uuid(),
  rowId: z.uuid(),
  incarnation: z.int(),
});

type RowKind = 'stage' | 'step' | (typeof services)[number];

/** What the jobs of a queue stand for; null where for no row that they alone may work on. */
function ofRows({ catalogue }: ActingEngine, queue: string): RowKind | null {
  if (queue === 'steps') return 'step';
  const service = services.find((name) => name === queue);
  if (service) return service;
  return stageQueues(catalogue).includes(queue) ? 'stage' : null;
}

/** Whether telling the workflow would have done again what this job has failed to do. */
async function expectRetriable(engine: ActingEngine, address: JobAddress, job: Job) {
  const parsed = rowJob.safeParse(job.data);
  if (!parsed.success) {
    throw new Refusal(
      'conflict',
      `The job ${address.id} does not say which row it is for; it was not added by us.`,
    );
  }
  const data = parsed.data;
  const { row, stage, workflow } = await rowsOf(engine, ofRows(engine, address.queue) as RowKind, data);
  if (!row || !stage || !workflow) {
    throw new Refusal('conflict', `What the job ${address.id} was for is gone: its workflow was removed.`);
  }
  const superseded = stage.supersededAt || ('supersededAt' in row && row.supersededAt);
  if (superseded || jobIdOf(row) !== address.id) {
    throw new Refusal(
      'conflict',
      `The job ${address.id} is outdated: another one has done its work since, or is about to.`,
    );
  }
  if (!row.isOver()) {
    throw new Refusal(
      'conflict',
      `What the job ${address.id} was for is not over: it is given a new job by itself, within seconds.`,
    );
  }
  if (workflow.status !== 'failed' || stage.status !== 'failed') {
    throw new Refusal(
      'conflict',
      `The workflow ${workflow.id} is ${workflow.status}, with ${stage.stage} ${stage.status}; only a stage that has failed can be tried again.`,
    );
  }
  return data;
}

/** The row that a job is for, with the stage that it belongs to or is. */
async function rowsOf(
  { databases }: ActingEngine,
  kind: RowKind,
  { organizationId, workflowId, rowId }: z.infer<typeof rowJob>,
) {
  const at = { id: rowId, workflowExecutionId: workflowId };
  return databases.inOrganization(organizationId).workflows(async (em) => {
    const workflow = await em.findOne(WorkflowExecution, workflowId);
    if (kind === 'stage') {
      const stage = await em.findOne(WorkflowStageExecution, at);
      return { workflow, stage, row: stage };
    }
    const row: Operation | WorkflowStepExecution | null =
      kind === 'step'
        ? await em.findOne(WorkflowStepExecution, at)
        : await em.findOne(ledgerOf[kind] as typeof GithubOperation, at);
    const stage = row && (await em.findOne(WorkflowStageExecution, row.workflowStageExecutionId));
    return { workflow, stage, row };
  });
}

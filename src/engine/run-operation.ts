/**
 * Runs the job of an operation: claim, look for the effect if an earlier attempt may have had it, act, write the
 * receipt. The claim is committed before the call, so that a crash at any instant leaves a row that says what to do.
 */
import { LockMode } from '@mikro-orm/postgresql';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { noteInLog } from '../telemetry/log-context.ts';
import { operationNamed } from './catalogue.ts';
import { earlierIds } from './control/earlier.ts';
import { lateAgents } from './control/late-agents-scope.ts';
import type { OperationContext, OperationDefinition, Service } from './define.ts';
import type { Duration } from './duration.ts';
import { milliseconds } from './duration.ts';
import type { Engine } from './engine.ts';
import { PermanentFailure, RetryLater, reasonOf, WaitForPeople } from './errors.ts';
import { fanOutOf } from './fan-out.ts';
import type { RowJobData } from './jobs.ts';
import { claim, type Lease } from './lease.ts';
import { lockKnownWorkflow } from './lock-workflow.ts';
import { inTheNameOf, type RightToAct } from './right-to-act.ts';
import { NotFoundAfterwards, settleUnmade } from './time/aftermath.ts';
import { stopUnwanted } from './time/late-agents.ts';
import { standClocks } from './time/stand-clocks.ts';
import { expectVersion, NotKnownHere, notePutBack } from './versions.ts';

// biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
type Definition = OperationDefinition<any, any>;

/** Gives, for people who look at the finished job, what became of it. */
export async function runOperation(
  engine: Engine,
  service: Service,
  job: Job,
  token: string,
): Promise<string> {
  const data = job.data as RowJobData;
  let definition: Definition;
  let lease: Lease | null;
  try {
    definition = operationNamed(engine.catalogue, job.name);
    lease = await claim(engine, service, data, definition);
  } catch (thrown) {
    if (thrown instanceof NotKnownHere) await notePutBack(engine, service, data, thrown);
    if (thrown instanceof RetryLater) return await comeBack(job, token, thrown.until);
    throw thrown;
  }
  if (!lease) {
    await stopUnwanted(engine, service, data, definition);
    return 'nothing to do: over already, or taken over by a newer job';
  }
  noteInLog({ stage: lease.operation.scope });
  engine.atBoundary?.('operation-claimed', definition.name);
  try {
    expectVersion('operation', definition, lease.operation.definitionVersion);
    const receipt = await findOrRun(engine, definition, data, lease);
    engine.atBoundary?.('effect-made', definition.name);
    const ours = await lease.settle((operation) => operation.succeed(receipt.output, receipt));
    engine.atBoundary?.('receipt-written', definition.name);
    if (!ours) return 'taken over by a newer job';
    await stopUnwanted(engine, service, data, definition);
    return receipt.adopted ? 'found, made by an earlier attempt' : 'done';
  } catch (thrown) {
    return await giveUpOrRetry(engine, definition, job, token, lease, thrown);
  } finally {
    lease.release();
  }
}

async function findOrRun(engine: Engine, definition: Definition, data: RowJobData, lease: Lease) {
  const { operation } = lease;
  const input = definition.input.parse(operation.input);
  const context: OperationContext = {
    ...engine.servicesOf(data.organizationId),
    db: engine.databases.inOrganization(data.organizationId),
    config: engine.config,
    id: operation.id,
    organizationId: data.organizationId,
    workflowId: data.workflowId,
    intendedAt: operation.createdAt,
    earlier: await earlierIds(engine.databases.inOrganization(data.organizationId), operation),
    signal: lease.right.signal,
  };
  const looks = lease.uncertain && engine.ledgerLooksFirst !== false;
  const inOurName = <T>(work: () => Promise<T>) =>
    withinTime(lease.right, () => inTheNameOf({ ...lease.right, fanOut: fanOutOf(operation) }, work));
  const found =
    looks && definition.find ? await inOurName(async () => definition.find?.(input, context)) : null;
  engine.atBoundary?.('effect-looked-for', definition.name);
  if (!found && lease.onlyLooks) throw new NotFoundAfterwards(definition, lease.onlyLooks);
  const output = found ?? (await inOurName(() => definition.run(input, context)));
  return { output: definition.output.parse(output) as object, adopted: found != null };
}

/** Begins only with the right to, and gives up waiting when it is lost; what was begun may still have its effect. */
async function withinTime<T>({ check, signal }: RightToAct, work: () => Promise<T>): Promise<T> {
  check();
  return Promise.race([
    work(),
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

async function giveUpOrRetry(
  engine: Engine,
  definition: Definition,
  job: Job,
  token: string,
  lease: Lease,
  thrown: unknown,
): Promise<never> {
  const data = job.data as RowJobData;
  const reason = reasonOf(thrown);
  if (lease.isLost()) return setAside(job, token, lease);
  if (thrown instanceof NotFoundAfterwards) return await settleUnmade(lease, thrown);
  const isForPeople = thrown instanceof WaitForPeople;
  if (thrown instanceof RetryLater && (isForPeople || !isTiredOf(definition, lease))) {
    const ours = await lease.settle((operation) =>
      operation.postpone(reason, thrown.until, lease.uncertain, isForPeople),
    );
    if (ours) await tellOwner(engine, lease, data, thrown);
    const { scope, workflowStageExecutionId: stageExecutionId } = lease.operation;
    if (ours && isForPeople && scope !== lateAgents)
      await standClocks(engine, { organizationId: data.organizationId, scope, stageExecutionId });
    await job.moveToDelayed(thrown.until.getTime(), token);
    if (ours && isForPeople) await lookOnceMore(engine, definition, job, thrown);
    throw new DelayedError();
  }
  if (thrown instanceof RetryLater) {
    const sentence = `Gave up after ${definition.patience ?? patience} of waiting on ${reason}.`;
    await lease.settle((operation) => operation.fail(sentence));
    throw new UnrecoverableError(sentence);
  }
  const lastAttempt = lease.operation.attempts + 1 >= definition.retry.attempts;
  if (thrown instanceof PermanentFailure || lastAttempt) {
    const tries = lease.operation.attempts + 1;
    const sentence = thrown instanceof PermanentFailure ? reason : `${reason} (tried ${tries} times)`;
    const ours = await lease.settle((operation) =>
      lease.onlyLooks && !lease.onlyLooks.isAwaited
        ? operation.missAttempt(sentence)
        : operation.fail(sentence),
    );
    if (ours) throw new UnrecoverableError(sentence);
    throw new UnrecoverableError('taken over by a newer job');
  }
  await lease.settle((operation) => operation.missAttempt(reason));
  throw thrown;
}

/**
 * What a claim that ran out has thrown says nothing about the operation. Whoever takes it over looks for the effect;
 * where nobody has yet, the row is left as uncertain, and no attempt is spent.
 */
async function setAside(job: Job, token: string, lease: Lease): Promise<never> {
  const until = new Date();
  await lease.settle((operation) => operation.postpone('a worker that was cut off', until, true));
  return comeBack(job, token, until);
}

/** How long an operation may be put off, all in all, unless it says otherwise. */
const patience: Duration = '24h';

/** Counted from its first attempt, or from the first one after people were waited for. */
function isTiredOf(definition: Definition, { operation }: Lease): boolean {
  const since = operation.startedAt ?? operation.createdAt;
  return Date.now() - since.getTime() > milliseconds(definition.patience ?? patience);
}

/** A wait of an operation is a wait of the step or stage that performs it: it says so, in the same words. */
async function tellOwner(engine: Engine, lease: Lease, data: RowJobData, thrown: RetryLater) {
  const { message: reason, until } = thrown;
  const { scope, workflowStageExecutionId: stageId } = lease.operation;
  if (scope === lateAgents) return;
  const db = engine.databases.inOrganization(data.organizationId);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  await db.workflows(async (em) => {
    const [stepFunction, itemId] = scope.split('/');
    if (stepFunction && itemId) {
      const step = await em.findOne(
        WorkflowStepExecution,
        { workflowStageExecutionId: stageId, function: stepFunction, itemId },
        lock,
      );
      // while only a person can end the wait, it holds no place for a step
      const time = thrown instanceof WaitForPeople ? null : until;
      if (step && !step.isOver() && step.status !== 'queued') step.wait(reason, time);
      return;
    }
    // the workflow first: whoever locks both does so in this order
    const workflow = await lockKnownWorkflow(em, data.workflowId);
    const stage = await em.findOne(WorkflowStageExecution, stageId, lock);
    if (!stage || stage.isOver() || stage.status === 'queued') return;
    stage.wait(reason, until);
    if (!workflow.isOver()) workflow.wait(reason, until, thrown instanceof WaitForPeople);
  });
}

/** Trouble is left to the next look by the clock. */
async function lookOnceMore(
  { queues, logger }: Engine,
  { service }: Definition,
  { id }: Job,
  { isOver }: WaitForPeople,
): Promise<void> {
  try {
    if (await isOver?.()) await queues.hurry(service, String(id));
  } catch (error) {
    logger.warn({ err: error, job: id }, 'could not look once more for what an operation waits for');
  }
}

async function comeBack(job: Job, token: string, until: Date): Promise<never> {
  await job.moveToDelayed(until.getTime(), token);
  throw new DelayedError();
}

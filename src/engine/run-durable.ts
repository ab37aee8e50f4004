/**
 * Runs the job of a stage or a step: enter, run from the top, and either finish, suspend, come back later, or fail.
 * Its row says that it is running from its first write on, or from when it has run for a moment.
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { DelayedError, type Job, UnrecoverableError, WaitingChildrenError } from 'bullmq';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { noteInLog } from '../telemetry/log-context.ts';
import { placeIsFree } from './admission/admit-soon.ts';
import {
  addFreedSteps,
  addNextStage,
  failStage,
  finishStage,
  finishStep,
  lockStage,
  stillOurs,
} from './advance.ts';
import { stageNamed, stepNamed } from './catalogue.ts';
import { durableContext, stageContext } from './context.ts';
import { causeOf } from './control/cause.ts';
import type { Question } from './define.ts';
import { dispatch } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { type Entered, enter, scopeOf } from './enter.ts';
import { OperationFailed, PermanentFailure, RetryLater, reasonOf, WaitForPeople } from './errors.ts';
import { expectCurrent, type Kind, Superseded, start } from './fencing.ts';
import type { Ended } from './finish-at-once.ts';
import { durableRetry, type EnteredJob, jobIdOf } from './jobs.ts';
import type { Performer } from './ledger.ts';
import { announce, transition } from './outbox.ts';
import { queueNameOf } from './queues.ts';
import { Suspension, type UntilDone } from './suspension.ts';
import { fallAsleep } from './time/sleep.ts';
import { standClocks } from './time/stand-clocks.ts';
import { timings } from './timings.ts';
import { expectAnswers, forgiveLosses } from './unanswered.ts';

type Row = Entered['row'];

/** The row of a job, locked; null where it is somebody else's by now. */
function lockRow(em: EntityManager, kind: Kind, data: EnteredJob): Promise<Row | null> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  return kind === 'stage'
    ? em.findOne(WorkflowStageExecution, stillOurs(data), lock)
    : em.findOne(WorkflowStepExecution, stillOurs(data), lock);
}

const completed = 'completed';

/** Gives, for people who look at the finished job, what became of it. */
export async function runDurable(engine: Engine, kind: Kind, job: Job, token: string): Promise<string> {
  const outcome = await goOn(engine, kind, job, token);
  // A job that was taken up anew, or overtaken by another while it added jobs below it, can have some that are still at
  // work: BullMQ lets it end only after them.
  const mayHaveJobsBelow = job.attemptsStarted > 1 || outcome !== completed;
  if (mayHaveJobsBelow && (await job.moveToWaitingChildren(token))) throw new WaitingChildrenError();
  return outcome;
}

async function goOn(engine: Engine, kind: Kind, job: Job, token: string): Promise<string> {
  for (;;) {
    let data: EnteredJob = job.data;
    const entered = await enter(engine, kind, data);
    if (!entered) {
      if (kind === 'step') await addFreedSteps(engine, data);
      else await addNextStage(engine, data);
      return 'nothing to do: over already, or taken over by a newer job';
    }
    data = { ...data, entry: entered.entry };
    noteInLog({ stage: scopeOf(entered.row) });
    engine.atBoundary?.('stage-entered', job.name);
    let until: Suspension['until'] | null;
    try {
      expectAnswers(job);
      until = await runUntilSuspended(engine, entered);
      if (!until) {
        if (kind === 'stage') await finishStage(engine, data, endedOf(entered));
        else await finishStep(engine, data, null, entered.at);
        return completed;
      }
    } catch (thrown) {
      if (thrown instanceof Superseded) return 'taken over by a newer job';
      return await giveUpOrRetry(engine, performerOf(entered), data, job, token, thrown);
    }
    if ('question' in until) return await ask(engine, data, until.question, entered.at);
    if ('time' in until) return await fallAsleep(engine, kind, job, token, until, entered.at);
    if (!(await dispatched(engine, entered, until))) return 'taken over by a newer job';
    // Only failures in a row count against it.
    if (entered.row.failures > 0) await markRow(engine, kind, data, (row) => row.recover());
    await forgiveLosses(job);
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    // All of them were done before we could wait for them: go on at once.
  }
}

/** Adds the jobs it waits for; false where a newer job does that by now. */
async function dispatched(engine: Engine, entered: Entered, until: UntilDone): Promise<boolean> {
  const performer = performerOf(entered);
  try {
    if (entered.row.status !== 'running') await showStarted(engine, performer);
    await dispatch(engine, performer, until);
    return true;
  } catch (thrown) {
    if (thrown instanceof Superseded) return false;
    throw thrown;
  }
}

/** Runs the function's own code; gives what it waits for, or null where it came to its end. */
async function runUntilSuspended(engine: Engine, entered: Entered): Promise<Suspension['until'] | null> {
  const performer = performerOf(entered);
  let shown: Promise<void> | undefined;
  const taking = setTimeout(() => {
    // whoever has taken over says so himself
    shown = showStarted(engine, performer).catch(() => undefined);
  }, timings.shownAfterMs);
  try {
    await run(engine, performer, entered);
    return null;
  } catch (thrown) {
    if (thrown instanceof Suspension) return thrown.until;
    throw thrown;
  } finally {
    clearTimeout(taking);
    // or it would come after what is written next, and take back that a question was asked
    await shown;
  }
}

/** For people who look at it while it has written nothing yet. */
function showStarted(engine: Engine, { organizationId, holder }: Performer): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  return db.workflows((em) => expectCurrent(em, holder));
}

async function run(engine: Engine, performer: Performer, entered: Entered): Promise<void> {
  const { row, workflow } = entered;
  const cause = await causeOf(engine.databases.inOrganization(performer.organizationId), performer);
  const base = durableContext(engine, performer, workflow, cause);
  if (row instanceof WorkflowStageExecution) {
    await stageNamed(engine.catalogue, row.stage, row.definitionVersion).run(
      stageContext(engine, base, performer),
    );
  } else {
    const item = { id: row.itemId, title: row.title, dependsOn: row.dependsOn };
    await stepNamed(engine.catalogue, row.function, row.definitionVersion).run({ ...base, item });
  }
}

function endedOf(entered: Entered): Ended {
  const { organizationId, scope, holder } = performerOf(entered);
  return { organizationId, stage: scope, holder, isLast: entered.workflow.stages.at(-1) === scope };
}

function performerOf({ workflow, row, at, entry }: Entered): Performer {
  const stage = row instanceof WorkflowStageExecution;
  return {
    organizationId: workflow.organizationId,
    workflowId: workflow.id,
    stageExecutionId: stage ? row.id : row.workflowStageExecutionId,
    attempt: row.attempt,
    holder: {
      kind: stage ? 'stage' : 'step',
      id: row.id,
      incarnation: row.incarnation,
      entry,
      workflowId: workflow.id,
      since: at,
    },
    scope: scopeOf(row),
    version: row.definitionVersion,
    job: {
      queue: row instanceof WorkflowStageExecution ? queueNameOf(row.stage) : 'steps',
      id: jobIdOf(row),
    },
  };
}

/** Lets the stage wait for people; its job ends here, and a signal adds a new one. */
async function ask(engine: Engine, data: EnteredJob, question: Question, since: Date): Promise<string> {
  const db = engine.databases.inOrganization(data.organizationId);
  await db.workflows(async (em) => {
    const { stage, workflow } = await lockStage(em, data);
    // whoever resumes it has it asked again
    if (!stage || workflow.pausedAt) return;
    await start(em, workflow, stage, since);
    const until = question.answerWithin ? new Date(Date.now() + question.answerWithin) : null;
    stage.ask(question.gate, question.accepts, question.waitingOn, until);
    const waiting = transition(workflow, () => workflow.wait(question.waitingOn, until, true));
    await announce(em, workflow, `${stage.id}/${data.incarnation}/waiting`, 'workflow.waiting', {
      ...waiting,
      stage: stage.stage,
      stageId: stage.id,
      gate: question.gate,
      waitingOn: question.waitingOn,
    });
  });
  placeIsFree(engine);
  return `waiting on ${question.waitingOn}`;
}

/** Turns what was thrown into the row's next state, and into what BullMQ has to be told. */
async function giveUpOrRetry(
  engine: Engine,
  performer: Performer,
  data: EnteredJob,
  job: Job,
  token: string,
  thrown: unknown,
): Promise<never> {
  const { kind, since } = performer.holder;
  const reason = reasonOf(thrown);
  if (thrown instanceof RetryLater) {
    const isForPeople = thrown instanceof WaitForPeople;
    const ours = await markRow(engine, kind, data, (row) =>
      row.wait(reason, isForPeople ? null : thrown.until),
    );
    if (ours && isForPeople) await standClocks(engine, performer);
    if (isForPeople && kind === 'stage') await giveUpPlace(engine, data, reason);
    await job.moveToDelayed(thrown.until.getTime(), token);
    throw new DelayedError();
  }
  const hopeless = thrown instanceof PermanentFailure || thrown instanceof OperationFailed;
  let failures = 0;
  if (!hopeless) {
    engine.logger.warn({ err: thrown, job: job.id, name: job.name }, 'a durable function threw');
    await markRow(engine, kind, data, (row) => {
      row.failures += 1;
      failures = row.failures;
    });
  }
  if (!hopeless && failures < durableRetry.attempts) throw thrown;
  await (kind === 'stage' ? failStage(engine, data, reason, since) : finishStep(engine, data, reason, since));
  throw new UnrecoverableError(reason);
}

/** While its stage waits for a person, a workflow holds no place. */
async function giveUpPlace(engine: Engine, data: EnteredJob, reason: string): Promise<void> {
  const db = engine.databases.inOrganization(data.organizationId);
  await db.workflows(async (em) => {
    const { stage, workflow } = await lockStage(em, data);
    if (stage?.status === 'waiting' && workflow.status !== 'paused') workflow.wait(reason, null, true);
  });
  placeIsFree(engine);
}

/** False, and no change, where the row is over, or somebody else's by now. */
async function markRow(
  engine: Engine,
  kind: Kind,
  data: EnteredJob,
  change: (row: Row) => void,
): Promise<boolean> {
  const db = engine.databases.inOrganization(data.organizationId);
  return db.workflows(async (em) => {
    const row = await lockRow(em, kind, data);
    if (!row || row.isOver()) return false;
    change(row);
    return true;
  });
}

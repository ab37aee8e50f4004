/** Runs the job of a stage or a step: enter, run from the top, and either finish, suspend, come back later, or fail. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { DelayedError, type Job, UnrecoverableError, WaitingChildrenError } from 'bullmq';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { addFreedSteps, failStage, finishStage, finishStep } from './advance.ts';
import { stageNamed, stepNamed } from './catalogue.ts';
import { durableContext, stageContext } from './context.ts';
import type { Question } from './define.ts';
import { dispatch } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { OperationFailed, PermanentFailure, RetryLater, reasonOf } from './errors.ts';
import { Superseded } from './fencing.ts';
import { durableRetry, jobIdOf, type RowJobData } from './jobs.ts';
import type { Performer } from './ledger.ts';
import { announce, transition } from './outbox.ts';
import { queueNameOf } from './queues.ts';
import { Suspension, type UntilDone } from './suspension.ts';
import { expectAnswers } from './unanswered.ts';

type Row = WorkflowStageExecution | WorkflowStepExecution;
type Kind = 'stage' | 'step';
type Entered = { workflow: WorkflowExecution; row: Row };

/** The row of a job, locked. */
function lockRow(em: EntityManager, kind: Kind, id: string): Promise<Row | null> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  return kind === 'stage'
    ? em.findOne(WorkflowStageExecution, id, lock)
    : em.findOne(WorkflowStepExecution, id, lock);
}

/** Gives, for people who look at the finished job, what became of it. */
export async function runDurable(engine: Engine, kind: Kind, job: Job, token: string): Promise<string> {
  for (;;) {
    const entered = await enter(engine, kind, job.data as RowJobData);
    if (!entered) {
      if (kind === 'step') await addFreedSteps(engine, job.data as RowJobData);
      return 'nothing to do: over already, or taken over by a newer job';
    }
    const data: RowJobData = { ...job.data, entry: entered.row.entries };
    engine.atBoundary?.('stage-entered', job.name);
    let until: Suspension['until'] | null;
    try {
      expectAnswers(job);
      until = await runUntilSuspended(engine, entered);
      if (!until) {
        await (kind === 'stage' ? finishStage(engine, data) : finishStep(engine, data, null));
        return 'completed';
      }
    } catch (thrown) {
      if (thrown instanceof Superseded) return 'taken over by a newer job';
      return await giveUpOrRetry(engine, kind, data, job, token, thrown);
    }
    if ('question' in until) return await ask(engine, data, until.question);
    if (!(await dispatched(engine, entered, until))) return 'taken over by a newer job';
    // Only failures in a row count against it.
    if (entered.row.failures > 0) await markRow(engine, kind, data, (row) => row.recover());
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    // All of them were done before we could wait for them: go on at once.
  }
}

/** Adds the jobs it waits for; false where a newer job does that by now. */
async function dispatched(engine: Engine, entered: Entered, until: UntilDone): Promise<boolean> {
  try {
    await dispatch(engine, performerOf(entered), until);
    return true;
  } catch (thrown) {
    if (thrown instanceof Superseded) return false;
    throw thrown;
  }
}

/** Runs the function's own code; gives what it waits for, or null where it came to its end. */
async function runUntilSuspended(engine: Engine, entered: Entered): Promise<Suspension['until'] | null> {
  try {
    await run(engine, entered);
    return null;
  } catch (thrown) {
    if (thrown instanceof Suspension) return thrown.until;
    throw thrown;
  }
}

/** Marks the row as running; null where this job has no business with it any more. */
async function enter(engine: Engine, kind: Kind, data: RowJobData): Promise<Entered | null> {
  const db = engine.databases.inOrganization(data.organizationId);
  return db.workflows(async (em) => {
    const row = await lockRow(em, kind, data.rowId);
    if (!row || row.incarnation !== data.incarnation || row.isOver()) return null;
    const workflow = await em.findOneOrFail(WorkflowExecution, data.workflowId);
    if (workflow.isOver()) return null;
    const first = !row.startedAt;
    const started = transition(row, () => row.start());
    if (row instanceof WorkflowStageExecution) {
      workflow.run(row.stage);
      if (first)
        await announce(em, workflow, `${row.id}/started`, 'stage.started', {
          stage: row.stage,
          stageId: row.id,
          ...started,
        });
    }
    return { workflow, row };
  });
}

async function run(engine: Engine, { workflow, row }: Entered): Promise<void> {
  const performer = performerOf({ workflow, row });
  const base = await durableContext(engine, performer, workflow);
  if (row instanceof WorkflowStageExecution) {
    await stageNamed(engine.catalogue, row.stage).run(stageContext(base, performer));
  } else {
    const item = { id: row.itemId, title: row.title, dependsOn: row.dependsOn };
    await stepNamed(engine.catalogue, row.function).run({ ...base, item });
  }
}

function performerOf({ workflow, row }: Entered): Performer {
  const stage = row instanceof WorkflowStageExecution;
  return {
    organizationId: workflow.organizationId,
    workflowId: workflow.id,
    stageExecutionId: stage ? row.id : row.workflowStageExecutionId,
    holder: { kind: stage ? 'stage' : 'step', id: row.id, incarnation: row.incarnation, entry: row.entries },
    scope: stage ? row.stage : `${row.function}/${row.itemId}`,
    job: {
      queue: row instanceof WorkflowStageExecution ? queueNameOf(row.stage) : 'steps',
      id: jobIdOf(row),
    },
  };
}

/** Lets the stage wait for people; its job ends here, and a signal adds a new one. */
async function ask(engine: Engine, data: RowJobData, question: Question): Promise<string> {
  const db = engine.databases.inOrganization(data.organizationId);
  await db.workflows(async (em) => {
    const stage = await em.findOne(
      WorkflowStageExecution,
      { id: data.rowId, incarnation: data.incarnation, entries: data.entry ?? 0 },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!stage || stage.isOver()) return;
    const workflow = await em.findOneOrFail(WorkflowExecution, data.workflowId);
    stage.ask(question.gate, question.accepts, question.waitingOn);
    const waiting = transition(workflow, () => workflow.wait(question.waitingOn, null));
    await announce(em, workflow, `${stage.id}/${data.incarnation}/waiting`, 'workflow.waiting', {
      ...waiting,
      stage: stage.stage,
      stageId: stage.id,
      gate: question.gate,
      waitingOn: question.waitingOn,
    });
  });
  return `waiting on ${question.waitingOn}`;
}

/** Turns what was thrown into the row's next state, and into what BullMQ has to be told. */
async function giveUpOrRetry(
  engine: Engine,
  kind: Kind,
  data: RowJobData,
  job: Job,
  token: string,
  thrown: unknown,
): Promise<never> {
  const reason = reasonOf(thrown);
  if (thrown instanceof RetryLater) {
    await markRow(engine, kind, data, (row) => row.wait(reason, thrown.until));
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
  await (kind === 'stage' ? failStage(engine, data, reason) : finishStep(engine, data, reason));
  throw new UnrecoverableError(reason);
}

async function markRow(
  engine: Engine,
  kind: Kind,
  data: RowJobData,
  change: (row: Row) => void,
): Promise<void> {
  const db = engine.databases.inOrganization(data.organizationId);
  await db.workflows(async (em) => {
    const row = await lockRow(em, kind, data.rowId);
    if (row && row.incarnation === data.incarnation && row.entries === data.entry && !row.isOver())
      change(row);
  });
}

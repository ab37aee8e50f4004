/** Makes what a durable function is given: `perform`, `gate`, `runSteps` and the rest, on top of the rows. */
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { passOn } from './admission/pass-on.ts';
import { stepRoom } from './admission/step-places.ts';
import { beginAgentRun } from './budget/spending.ts';
import { settleOthers } from './control/settle-others.ts';
import type { DurableContext, Question, StageContext, StepDefinition, StepItem } from './define.ts';
import { deriveId } from './derive.ts';
import { milliseconds } from './duration.ts';
import type { Engine } from './engine.ts';
import { OperationFailed } from './errors.ts';
import { reserveFor } from './fan-out.ts';
import { expectCurrent } from './fencing.ts';
import { Ledger, type Performer, type Wish } from './ledger.ts';
import { announce } from './outbox.ts';
import { promoteReady } from './step-graph.ts';
import { Suspension } from './suspension.ts';
import { sleepUntil } from './time/sleep.ts';
import { receiptOf } from './versions.ts';

export function durableContext(
  engine: Engine,
  performer: Performer,
  workflow: WorkflowExecution,
  cause: Signal | null,
): DurableContext {
  const { workflowId, scope, holder } = performer;
  const db = engine.databases.inOrganization(performer.organizationId);
  let opened: Promise<Ledger> | undefined;
  // read when it is first needed: many functions perform nothing
  const ledger = () => {
    opened ??= Ledger.open(db, performer);
    return opened;
  };

  async function performBatch(wishes: readonly Wish[]): Promise<object[]> {
    const known = await ledger();
    await reserveFor(engine, performer, known.unseen(wishes));
    const operations = await known.intend(wishes);
    const open = operations.filter((operation) => !operation.isOver());
    if (open.length > 0) {
      engine.atBoundary?.('intent-written', open.map((operation) => operation.operationType).join(' '));
      throw new Suspension({ operations: open });
    }
    const failed = operations.find((operation) => operation.status !== 'succeeded');
    if (failed) {
      throw new OperationFailed(failed.operationType, failed.errorMessage ?? `${failed.key} was cancelled`);
    }
    return operations.map((operation, index) => receiptOf(operation, wishes[index]?.[1].operation));
  }

  return {
    workflow,
    version: performer.version,
    config: engine.config,
    db,
    attempt: performer.attempt,
    cause,
    stands: async (key, request) => (await ledger()).stands([key, request]),
    derivedId: (...words) => deriveId(workflowId, scope, ...words),
    perform: async (key, request) => (await performBatch([[key, request]]))[0] as never,
    performAll: async (items, request) => (await performBatch(items.map(request))) as never[],
    gate: (key, question) => answerOf(db, performer, key, question),
    sleepUntil: (key, when) => sleepUntil(db, performer, key, when),
    beginAgentRun: (id, purpose) =>
      db.workflows(async (em) => {
        await expectCurrent(em, performer.holder);
        // locked by then; what a person has set meanwhile counts
        const now = await em.findOneOrFail(WorkflowExecution, workflowId, { refresh: true });
        await beginAgentRun(em, now, { id, purpose });
      }),
    remember: async (facts) => {
      await db.workflows(async (em) => {
        await expectCurrent(em, holder);
        await em.nativeUpdate(WorkflowExecution, { id: workflowId }, facts);
      });
      Object.assign(workflow, facts);
    },
    announce: (key, type, payload) =>
      db.workflows(async (em) => {
        await expectCurrent(em, holder);
        await announce(em, workflow, `${scope}/${key}`, type, payload);
      }),
  };
}

/** Gives the signal that answers this question, taking the oldest that nothing has taken yet, or suspends. */
async function answerOf(
  db: OrganizationDatabases,
  { workflowId, scope, holder }: Performer,
  key: string,
  question: Question,
): Promise<Signal> {
  const answered = `${scope}/${key}`;
  const signal = await db.workflows(async (em) => {
    const earlier = await em.findOne(Signal, {
      workflowExecutionId: workflowId,
      answered,
      supersededAt: null,
    });
    if (earlier) return earlier;
    const oldest = await em.findOne(
      Signal,
      {
        workflowExecutionId: workflowId,
        gate: question.gate,
        answered: null,
        supersededAt: null,
        type: { $in: [...question.accepts] },
      },
      { orderBy: { createdAt: 'asc' } },
    );
    if (!oldest) return null;
    await expectCurrent(em, holder);
    oldest.answered = answered;
    return oldest;
  });
  if (!signal) throw new Suspension({ question });
  return signal;
}

export function stageContext(engine: Engine, base: DurableContext, performer: Performer): StageContext {
  return {
    ...base,
    settleOthers: () => settleOthers(base.db, engine.catalogue, performer),
    async runSteps(definition, items, limit) {
      const { steps, noPlace, turns } = await base.db.workflows(async (em) => {
        await expectCurrent(em, performer.holder);
        const known = await em.find(
          WorkflowStepExecution,
          { workflowStageExecutionId: performer.stageExecutionId, function: definition.name },
          { orderBy: { position: 'asc' } },
        );
        const all =
          known.length > 0
            ? known
            : items.map((item, index) =>
                em.create(WorkflowStepExecution, stepRow(performer, definition, item, index, limit)),
              );
        em.persist(all);
        const room = await stepRoom(em, performer, engine.config.limits);
        promoteReady(all, room.places);
        const isIdle = all.every((step) => step.status === 'pending' || step.isOver());
        return { steps: all, noPlace: isIdle ? room.none : null, turns: room.others };
      });
      await passOn(engine, performer.organizationId, turns);
      if (steps.some((step) => !step.isOver())) throw noPlace ?? new Suspension({ steps });
      return steps.map((step) => ({
        id: step.itemId,
        status: step.status as 'completed' | 'failed' | 'skipped',
        reason: step.errorMessage ?? null,
      }));
    },
  };
}

function stepRow(
  performer: Performer,
  definition: StepDefinition,
  item: StepItem,
  index: number,
  maxParallel: number,
) {
  return {
    id: deriveId('step', performer.stageExecutionId, definition.name, item.id),
    organizationId: performer.organizationId,
    workflowExecutionId: performer.workflowId,
    workflowStageExecutionId: performer.stageExecutionId,
    function: definition.name,
    itemId: item.id,
    title: item.title,
    position: index + 1,
    dependsOn: [...item.dependsOn],
    maxParallel,
    attempt: performer.attempt,
    timeoutMs: definition.timeout ? milliseconds(definition.timeout) : null,
    definitionVersion: definition.version ?? 1,
  };
}

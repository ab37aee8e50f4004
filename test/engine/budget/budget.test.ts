/** A workflow's budget: what it counts, how it stops, and how a person lets it go on. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentRunSpending } from '../../../entities/workflows/agent-run-spending.ts';
import { OutboxEntry } from '../../../entities/workflows/outbox-entry.ts';
import { type Spent, whyNot } from '../../../src/engine/budget/judge.ts';
import { setBudget } from '../../../src/engine/budget/set-budget.ts';
import { defineStage, defineStep } from '../../../src/engine/define.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';

describe('judging a budget', () => {
  const spent = fc.record({
    agentRuns: fc.nat(50),
    repairRounds: fc.nat(20),
    tokens: fc.nat(100_000),
    money: fc.double({ min: 0, max: 100, noNaN: true }),
    wallClockMs: fc.nat(10_000_000),
  });

  it('lets everything begin where there is no budget', () => {
    fc.assert(
      fc.property(spent, (so) => {
        expect(whyNot({}, so, 'step')).toBeNull();
      }),
    );
  });

  it('stops exactly where one of the limits is reached, and names each of them with its option', () => {
    const budget = fc.record(
      { agentRuns: fc.nat(50), tokens: fc.nat(100_000), money: fc.nat(100), repairRounds: fc.nat(20) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(budget, spent, fc.constantFrom('step', 'repair'), (limits, so, purpose) => {
        const reached = (Object.keys(limits) as (keyof typeof limits & keyof Spent)[]).filter(
          (key) => so[key] >= Number(limits[key]) && (key !== 'repairRounds' || purpose === 'repair'),
        );
        const stop = whyNot(limits, so, purpose);
        expect(stop === null).toBe(reached.length === 0);
        expect(stop?.mend.match(/--/g) ?? []).toHaveLength(reached.length);
      }),
    );
  });
});

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

const items = Array.from({ length: 6 }, (_, index) => ({
  id: randomUUID(),
  title: `item ${index}`,
  dependsOn: [],
}));

const doItem = defineStep({
  name: 'do-item',
  async run({ beginAgentRun, derivedId }) {
    await beginAgentRun(derivedId('run'), 'step');
  },
});
const runsAgents = defineStage({
  name: 'runs_agents',
  async run({ beginAgentRun, derivedId }) {
    for (const number of ['1', '2', '3']) await beginAgentRun(derivedId(number), 'decompose');
  },
});
const runsSteps = defineStage({
  name: 'runs_steps',
  async run({ runSteps }) {
    const outcomes = await runSteps(doItem, items, 6);
    const failed = outcomes.find(({ status }) => status !== 'completed');
    if (failed) throw new Error(failed.reason ?? 'failed');
  },
});

describe.each(backends())('a budget on %s', (backend) => {
  let engine: TestEngine;
  afterEach(() => engine?.close());

  const start = (stages: ReturnType<typeof defineStage>[]) => {
    engine = testEngine(fresh, backend, { stages, steps: [doItem] });
    engine.work();
    return engine;
  };
  const runs = (id: string) =>
    engine.engine.databases
      .inOrganization(engine.organizationId)
      .workflows((em) => em.count(AgentRunSpending, { workflowExecutionId: id }));
  const waitingOn = async (id: string, words: RegExp) => {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
      const row = await engine.workflow(id);
      if (row.waitingOn && words.test(row.waitingOn)) return row;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`it does not wait on ${words}: ${JSON.stringify(await engine.workflow(id))}`);
  };

  it('stops before the run that it does not allow, says why, and goes on at once when it is raised', async () => {
    const { organizationId, enqueue, until } = start([runsAgents]);
    const id = await enqueue({ options: { budget: { agentRuns: 2 } } });
    const waiting = await waitingOn(id, /larger budget/);
    expect(waiting.waitingOn).toBe(
      `a larger budget: 2 of 2 agent runs are spent; raise it with \`gsw budget ${id} --agent-runs …\``,
    );
    expect(await runs(id)).toBe(2);
    // it holds no place meanwhile, and what it waits does not count as working time
    expect(waiting.awaitsPeopleSince).not.toBeNull();
    const change = { agentRuns: 3 };
    await setBudget(engine.engine, {
      organizationId,
      workflowId: id,
      change,
      actor: 'a test',
      reason: 'go on',
    });
    await until(id, ['completed'], 30_000);
    expect(await runs(id)).toBe(3);
    const told = await engine.engine.databases
      .inOrganization(organizationId)
      .workflows((em) => em.find(OutboxEntry, { workflowExecutionId: id, type: 'workflow.budget-set' }));
    expect(told.map(({ payload }) => payload)).toMatchObject([
      {
        before: { budget: { agentRuns: 2 } },
        after: { budget: { agentRuns: 3 } },
        actor: 'a test',
        reason: 'go on',
      },
    ]);
  }, 60_000);

  it('fails with the reason where the budget says so', async () => {
    const { enqueue, until } = start([runsAgents]);
    const id = await enqueue({ options: { budget: { agentRuns: 1, onSpent: 'fail' } } });
    const failed = await until(id, ['failed']);
    expect(failed.errorMessage).toMatch(
      /^The budget of the workflow is spent: 1 of 1 agent runs\. Raise it with/,
    );
    expect(await runs(id)).toBe(1);
  }, 60_000);

  it('lets of several steps that begin at once no more do so than it allows', async () => {
    const { organizationId, enqueue, until } = start([runsSteps]);
    const id = await enqueue({ options: { budget: { agentRuns: 4 } } });
    const db = engine.engine.databases.inOrganization(organizationId);
    const stuck = () =>
      db.workflows((em) =>
        em.execute<{ n: number }[]>(
          `select count(*)::int as n from workflow_step_executions
            where workflow_execution_id = ? and status = 'waiting' and waiting_until is null`,
          [id],
        ),
      );
    for (const deadline = Date.now() + 20_000; (await stuck())[0]?.n !== 2; ) {
      if (Date.now() > deadline)
        throw new Error(
          `the steps do not wait: ${JSON.stringify(await db.workflows((em) => em.execute('select status, waiting_on, waiting_until, error_message, failures from workflow_step_executions where workflow_execution_id = ?', [id])))}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await runs(id)).toBe(4);
    await setBudget(engine.engine, {
      organizationId,
      workflowId: id,
      change: { agentRuns: null },
      actor: 'a test',
    });
    await until(id, ['completed'], 30_000);
    expect(await runs(id)).toBe(6);
  }, 60_000);
});

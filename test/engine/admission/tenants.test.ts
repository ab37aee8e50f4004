/** Several organisations put more in than may run at a time: who starts when, on real queues. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrganizationLimits } from '../../../entities/workflows/organization-limits.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import type { Limits } from '../../../src/engine/admission/limits-of.ts';
import { defineStage } from '../../../src/engine/define.ts';
import { receiveSignal } from '../../../src/engine/receive-signal.ts';
import { type BackendName, backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';

// each its own: what one leaves unfinished would hold places of the installation in the next
let fresh: FreshDatabases;
beforeEach(async () => {
  fresh = await freshDatabases();
});

/** Takes a moment, so that places are what is scarce. */
const work = defineStage({ name: 'work', run: () => sleep(20) });
const after = defineStage({ name: 'after', run: () => sleep(5) });
const askPeople = defineStage({
  name: 'ask_people',
  async run({ gate }) {
    await gate('go', { gate: 'go', accepts: ['approve'], waitingOn: 'a word' });
  },
});

describe.each(backends())('admission on %s', (backend) => {
  let engines: TestEngine[] = [];
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    engines = [];
    await fresh.drop();
  });

  it('lets the first workflow of one organisation start at once while another has 1,000 in line', async () => {
    const { busy, other } = tenants(backend, 20);
    await enqueueMany(busy, 1_000);
    busy.work();
    await busy.until(await oldest(busy), ['completed']);
    const enqueuedAt = Date.now();
    const id = await other.enqueue();
    const first = await other.until(id, ['running', 'completed']);
    const startedAfter = Number(first.startedAt?.getTime()) - enqueuedAt;
    console.info(
      `${backend}: the other organisation's first workflow started after ${startedAfter} ms, ${Number(first.admittedAt?.getTime()) - enqueuedAt} ms of them in line`,
    );
    expect(startedAfter).toBeLessThan(2_000 * slack);
    // none but those who had their turn before it came, and a few rounds
    const since = (await rowsOf(busy)).filter(
      ({ admittedAt }) =>
        admittedAt && admittedAt > first.createdAt && admittedAt < (first.admittedAt as Date),
    );
    expect(since.length).toBeLessThanOrEqual(60);
    expect((await rowsOf(busy)).filter(({ admittedAt }) => !admittedAt).length).toBeGreaterThan(500);
  }, 180_000);

  it.each([
    { weights: [1, 1, 1], what: 'equal weights equal throughput' },
    { weights: [2, 1], what: 'twice the weight twice the throughput' },
  ])(
    'gives $what',
    async ({ weights }) => {
      const all = tenantsOf(backend, weights.length, { capacity: 6 });
      for (const [index, weight] of weights.entries()) await limit(all[index] as TestEngine, { weight });
      // the first has everything in line before the others come
      for (const tenant of all) await enqueueMany(tenant, 60);
      all[0]?.work();
      const rows = () => Promise.all(all.map(rowsOf));
      const allLetIn = (of: WorkflowExecution[]) => of.every(({ admittedAt }) => admittedAt);
      await until(async () => (await rows()).some(allLetIn), 150_000);
      const seen = await rows();
      // as long as everybody had something in line; whatever kept the last of them from its end is no matter of fairness
      const end = Math.min(
        ...seen.filter(allLetIn).map((of) => Math.max(...of.map(({ admittedAt }) => Number(admittedAt)))),
      );
      const perWeight = seen.map(
        (of, index) =>
          of.filter(({ completedAt }) => completedAt && Number(completedAt) <= end).length /
          Number(weights[index]),
      );
      console.info(
        `${backend}: completed per weight ${perWeight.join(', ')}, Jain ${jain(perWeight).toFixed(4)}`,
      );
      expect(jain(perWeight)).toBeGreaterThanOrEqual(0.95);
    },
    180_000,
  );

  it('never has more running than the organisation and the installation may have', async () => {
    // all are held until there is no place left
    const full = Promise.withResolvers<void>();
    const held = defineStage({ name: 'held', run: () => full.promise });
    const [one, two] = tenantsOf(backend, 2, { capacity: 5, stages: [held, after] }) as [
      TestEngine,
      TestEngine,
    ];
    await limit(one, { maxRunningWorkflows: 2 });
    one.work();
    const ids = await Promise.all([enqueueMany(one, 30), enqueueMany(two, 30)]);
    const most = { one: 0, all: 0 };
    const over = async () => {
      // in one statement, as they are at one time
      const both = await one.engine.databases.maintenance.workflows((em) =>
        em.find(WorkflowExecution, { organizationId: [one.organizationId, two.organizationId] }),
      );
      const of = [one, two].map(({ organizationId }) => {
        const rows = both.filter((row) => row.organizationId === organizationId);
        return {
          holding: rows.filter((row) => row.admittedAt && !row.isOver()).length,
          open: rows.filter((row) => !row.isOver()).length,
        };
      });
      most.one = Math.max(most.one, Number(of[0]?.holding));
      most.all = Math.max(most.all, Number(of[0]?.holding) + Number(of[1]?.holding));
      if (most.one >= 2 && most.all >= 5) full.resolve();
      return of.every(({ open }) => open === 0);
    };
    for (const giveUpAt = Date.now() + 110_000; !(await over()); await sleep(10)) {
      if (Date.now() > giveUpAt) throw new Error('they do not come to their end');
    }
    expect(ids.flat()).toHaveLength(60);
    expect(most).toEqual({ one: 2, all: 5 });
  }, 120_000);

  it('says what a workflow in line waits on, and starts it when there is a worker', async () => {
    const [one] = tenantsOf(backend, 1, { capacity: 5 }) as [TestEngine];
    await limit(one, { maxRunningWorkflows: 1 });
    await one.enqueue();
    const second = await one.enqueue();
    const waiting = await one.workflow(second);
    expect(waiting).toMatchObject({ status: 'queued', admittedAt: null });
    expect(waiting.waitingOn).toMatch(/^a free place/);
    expect((await one.stages(waiting.id))[0]).toMatchObject({
      status: 'pending',
      waitingOn: waiting.waitingOn,
    });
    one.work();
    expect(await one.until(waiting.id, ['completed'])).toMatchObject({ waitingOn: null });
  }, 60_000);

  it('lets others run while a workflow waits for a person, who is not kept waiting in turn', async () => {
    const [one] = tenantsOf(backend, 1, { capacity: 5, stages: [askPeople, after] }) as [TestEngine];
    await limit(one, { maxRunningWorkflows: 1 });
    one.work();
    const [first, second] = (await enqueueMany(one, 2)) as [string, string];
    // the place of each is free as soon as it asks
    expect(await one.untilAsked(first)).toMatchObject({ status: 'waiting' });
    expect(await one.untilAsked(second)).toMatchObject({ status: 'waiting' });
    for (const workflowId of [first, second]) {
      const { engine, organizationId } = one;
      await receiveSignal(engine, { organizationId, workflowId, type: 'approve', actor: 'a test' });
    }
    const done = await one.until(first, ['completed']);
    expect(done.awaitsPeopleSince).toBeNull();
    expect(done.awaitedPeopleMs).toBeGreaterThan(0);
    await one.until(second, ['completed']);
  }, 60_000);

  it('admits what it finds in line, though whoever put it in was killed before saying so', async () => {
    const [one] = tenantsOf(backend, 1, { capacity: 1 }) as [TestEngine];
    const [first, second] = (await enqueueMany(one, 2)) as [string, string];
    // only its own: a pass that is under way locks the others' in another order
    await one.engine.databases.maintenance.workflows((em) =>
      em.execute('delete from admission_shares where organization_id = ?', [one.organizationId]),
    );
    one.work();
    await one.until(first, ['completed']);
    await one.until(second, ['completed']);
  }, 60_000);

  type Setting = {
    capacity: number;
    stages?: ReturnType<typeof defineStage>[];
    limits?: Partial<Limits>;
  };

  /** Organisations of one installation; the worker that the first one starts serves all of them. */
  function tenantsOf(on: BackendName, count: number, { capacity, stages, limits }: Setting): TestEngine[] {
    const { config } = fresh;
    const organization = { ...config.limits.organization, ...limits };
    const settings = { ...config, limits: { maxRunningWorkflows: capacity, organization } };
    const engine = testEngine({ ...fresh, config: settings }, on, { stages: stages ?? [work, after] });
    engines.push(engine);
    const others = Array.from({ length: count - 1 }, () => anotherOf(engine));
    return [engine, ...others];
  }

  function tenants(on: BackendName, capacity: number) {
    const [busy, other] = tenantsOf(on, 2, { capacity }) as [TestEngine, TestEngine];
    return { busy, other };
  }
});

/** Machines that run all tests at once are slow; what it takes on a free one is printed. */
const slack = 5;

/** The same engine, seen by another organisation. */
function anotherOf(engine: TestEngine): TestEngine {
  const organizationId = randomUUID();
  const db = engine.engine.databases.inOrganization(organizationId);
  const workflow = (id: string) => db.workflows((em) => em.findOneOrFail(WorkflowExecution, id));
  return {
    ...engine,
    organizationId,
    workflow,
    enqueue: (request) => engine.enqueue({ organizationId, ...request }),
    until: async (id, states, ms = 30_000) => {
      for (const deadline = Date.now() + ms; ; await sleep(20)) {
        const row = await workflow(id);
        if (states.includes(row.status)) return row;
        if (Date.now() > deadline) throw new Error(`workflow is ${row.status} (${row.waitingOn ?? ''})`);
      }
    },
  };
}

async function enqueueMany(tenant: TestEngine, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 10) {
    const some = Array.from({ length: Math.min(10, count - from) }, () => tenant.enqueue());
    ids.push(...(await Promise.all(some)));
  }
  return ids;
}

const rowsOf = ({ engine, organizationId }: TestEngine): Promise<WorkflowExecution[]> =>
  engine.databases
    .inOrganization(organizationId)
    .workflows((em) => em.find(WorkflowExecution, {}, { orderBy: { createdAt: 'asc' } }));

const oldest = async (tenant: TestEngine): Promise<string> => (await rowsOf(tenant))[0]?.id as string;

async function limit(
  { engine, organizationId }: TestEngine,
  limits: Partial<OrganizationLimits>,
): Promise<void> {
  await engine.databases
    .inOrganization(organizationId)
    .workflows((em) => em.insert(OrganizationLimits, { id: randomUUID(), organizationId, ...limits }));
}

/** 1 where all have the same, 1/n where one has everything (Jain's fairness index). */
function jain(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return sum ** 2 / (values.length * squares);
}

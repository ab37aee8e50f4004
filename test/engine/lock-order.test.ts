import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { defineStage } from '../../src/engine/define.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { expectCurrent } from '../../src/engine/fencing.ts';
import { finishAtOnce } from '../../src/engine/finish-at-once.ts';
import { claim } from '../../src/engine/lease.ts';
import { lockWorkflow } from '../../src/engine/lock-workflow.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { makeWorld } from './time/world.ts';

let fresh: FreshDatabases;
let system: TestEngine;
const { note } = makeWorld();
beforeAll(async () => {
  fresh = await freshDatabases();
});
beforeEach(() => {
  const stages = [defineStage({ name: 'only_stage', run: async () => {} })];
  system = testEngine(fresh, 'PostgreSQL', { stages, operations: [note] });
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

const rows = (engine: Engine) => engine.databases.inOrganization(system.organizationId).workflows;

/** A stage at work, with one operation that a worker has claimed. */
async function atWork() {
  const { engine, organizationId } = system;
  const workflowId = await system.enqueue();
  const [stage] = await system.stages(workflowId);
  if (!stage) throw new Error('no stage');
  const holder = {
    kind: 'stage' as const,
    id: stage.id,
    incarnation: stage.incarnation,
    entry: { mark: randomUUID(), seen: null },
    workflowId,
    since: new Date(),
  };
  const id = randomUUID();
  await rows(engine)(async (em) => {
    await expectCurrent(em, holder);
    em.persist(
      em.create(GithubOperation, {
        id,
        organizationId,
        workflowExecutionId: workflowId,
        workflowStageExecutionId: stage.id,
        scope: 'only_stage',
        key: 'x',
        operationType: 'note',
        input: { text: 'x' },
        inputHash: 'x',
        attempt: 1,
        definitionVersion: 1,
      } as never),
    );
  });
  const lease = await claim(
    engine,
    'github',
    { organizationId, workflowId, rowId: id, incarnation: 1 },
    note,
  );
  if (!lease) throw new Error('no claim');
  return { workflowId, holder, id, lease };
}

test('an operation ends while its stage is written to, which then goes on to that operation', async () => {
  const { engine } = system;
  const { holder, id, lease } = await atWork();
  try {
    const seen = await rows(engine)(async (em) => {
      await expectCurrent(em, holder);
      // it has its own row locked and announces its end: were it to wait for us now, we would wait for it next
      const settled = lease.settle((operation) => operation.succeed({ text: 'x' }, { adopted: false }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const [row] = await em.execute('select status from github_operations where id = ? for update', [id]);
      expect(await settled).toBe(true);
      return row;
    });
    expect(seen).toEqual({ status: 'succeeded' });
  } finally {
    lease.release();
  }
});

test('whoever locks a workflow waits for the others that do', async () => {
  const { engine } = system;
  const { workflowId, holder, lease } = await atWork();
  lease.release();
  const order: string[] = [];
  const end = { organizationId: system.organizationId, stage: 'only_stage', holder, isLast: true };
  let others: Promise<unknown> = Promise.resolve();
  await rows(engine)(async (em) => {
    await lockWorkflow(em, workflowId);
    others = Promise.all([
      rows(engine)((other) => expectCurrent(other, holder)).then(() => order.push('written to')),
      rows(engine)((other) => lockWorkflow(other, workflowId)).then(() => order.push('locked')),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    order.push('let go');
  });
  await others;
  expect(order[0]).toBe('let go');
  expect(order).toHaveLength(3);
  await finishAtOnce(engine, end);
  expect((await system.workflow(workflowId)).status).toBe('completed');
});

test('a workflow that is only locked is not written to', async () => {
  const { engine } = system;
  const { workflowId, lease } = await atWork();
  lease.release();
  const before = await system.workflow(workflowId);
  const read = await rows(engine)((em) => lockWorkflow(em, workflowId));
  const after = await system.workflow(workflowId);
  expect(after.updatedAt).toEqual(before.updatedAt);
  for (const name of Object.keys(before) as (keyof typeof before)[])
    expect(read?.[name]).toEqual(before[name]);
});

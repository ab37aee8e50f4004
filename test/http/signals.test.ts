import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Signal, signalTypes } from '../../entities/workflows/signal.ts';
import { type Toy, toy } from '../control/toy.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let world: Toy;
let engine: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  world = toy();
  engine = testEngine(fresh, 'PostgreSQL', world.catalogue);
  api = await testApi(engine);
  engine.work();
});
afterAll(async () => {
  await api?.close();
  await engine?.close();
  await fresh?.drop();
});

const bodies: Record<(typeof signalTypes)[number], object> = {
  requirements: { text: '# A widget' },
  approve: {},
  reject: {},
  pause: { reason: 'lunch' },
  resume: {},
  cancel: { branches: 'delete' },
  retry: {},
  rerun: { from: 'ground' },
  retry_step: { step: 2, prompt: 'Do it again.' },
};

const send = (id: string, type: keyof typeof bodies, headers: Record<string, string> = {}, key?: string) =>
  api.send('POST', `/v1/workflows/${id}/signals`, {
    body: { type, ...bodies[type] },
    headers,
    ...(key ? { key } : {}),
  });
const over = (id: string) => engine.until(id, ['completed', 'failed', 'cancelled']);

/** A workflow in each state in which it can rest. */
const states = {
  queued: async () => {
    const id = await engine.enqueue();
    // a pause that is taken back would show; so it is one that was never taken up
    return id;
  },
  asking: async () => {
    const id = await engine.enqueue();
    await engine.untilAsked(id);
    return id;
  },
  paused: async () => {
    const id = await states.asking();
    expect((await send(id, 'pause')).status).toBe(202);
    return id;
  },
  failed: async () => {
    const id = await states.asking();
    world.broken.add('item 2 begun');
    expect(await send(id, 'approve')).toMatchObject({ status: 202 });
    await over(id);
    world.broken.clear();
    return id;
  },
  completed: async () => {
    const id = await states.asking();
    expect(await send(id, 'approve')).toMatchObject({ status: 202 });
    await over(id);
    return id;
  },
  cancelled: async () => {
    const id = await states.asking();
    expect((await send(id, 'cancel')).status).toBe(202);
    await over(id);
    return id;
  },
};

/** Where each signal makes sense. */
const sensible: Record<keyof typeof bodies, (keyof typeof states)[]> = {
  // it answers a question that this workflow never asks
  requirements: [],
  approve: ['asking', 'paused'],
  reject: ['asking', 'paused'],
  pause: ['asking'],
  resume: ['paused'],
  cancel: ['asking', 'paused', 'failed'],
  retry: ['failed'],
  rerun: ['asking', 'failed'],
  retry_step: ['failed'],
};

describe.each(signalTypes)('%s', (type) => {
  const resting = ['asking', 'paused', 'failed', 'completed', 'cancelled'] as const;
  test.each(resting)(
    'of a workflow that is %s is taken once where it makes sense, and otherwise refused with the reason',
    async (state) => {
      const id = await states[state]();
      const before = await engine.workflow(id);
      const key = { 'idempotency-key': randomUUID() };
      const first = await send(id, type, key);
      const isRepeated =
        (type === 'pause' && state === 'paused') || (type === 'cancel' && state === 'cancelled');
      if (!sensible[type].includes(state) && !isRepeated) {
        expect([first.status, first.headers.get('content-type')]).toEqual([
          409,
          expect.stringContaining('application/problem+json'),
        ]);
        expect(first.body.detail).toMatch(/ takes no | is (completed|failed|cancelled) already/);
        const after = await engine.workflow(id);
        expect([after.status, after.attempt, after.updatedAt]).toEqual([
          before.status,
          before.attempt,
          before.updatedAt,
        ]);
        return;
      }
      expect([first.status, first.body.type, first.body.actor]).toEqual([202, type, 'ci']);
      const again = await send(id, type, key);
      expect([again.status, again.body.id]).toEqual([202, first.body.id]);
      expect(again.headers.get('idempotency-replayed')).toBe(
        isRepeated ? again.headers.get('idempotency-replayed') : 'true',
      );
      const db = engine.engine.databases.inOrganization(engine.organizationId);
      expect(await db.workflows((em) => em.count(Signal, { workflowExecutionId: id, type }))).toBe(1);
    },
  );
});

test('the same signal without a key is told what became of the first, as long as nothing else was said', async () => {
  const id = await states.asking();
  const first = await send(id, 'pause');
  const again = await send(id, 'pause');
  expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([
    202,
    first.body.id,
    'true',
  ]);
  await send(id, 'resume');
  expect((await send(id, 'pause')).body.id).not.toBe(first.body.id);
});

test('an approval without a key counts once: the next question is not answered unseen', async () => {
  const id = await states.asking();
  expect((await send(id, 'approve')).status).toBe(202);
  expect((await send(id, 'approve')).status).toBe(409);
});

test('a key of another signal is refused', async () => {
  const id = await states.asking();
  const key = { 'idempotency-key': randomUUID() };
  await send(id, 'pause', key);
  expect((await send(id, 'resume', key)).status).toBe(422);
});

test.each([
  [{ type: 'cancel', branches: 'burn' }, '#/branches'],
  [{ type: 'cancel', pullRequests: 'delete' }, '#/pullRequests'],
  [{ type: 'pause', gate: 'plan' }, '#/gate'],
  [{ type: 'rerun' }, '#/from'],
  [{ type: 'retry_step', step: 0, prompt: 'x' }, '#/step'],
  [{ type: 'retry_step', step: 1, prompt: ' ' }, '#/prompt'],
])('%j is refused where it is wrong', async (body, pointer) => {
  const id = await states.queued();
  const answer = await api.send('POST', `/v1/workflows/${id}/signals`, { body });
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
});

test('a key that may only look sends no signal', async () => {
  const id = await states.asking();
  const viewer = await createApiKey(engine.engine.databases, engine.organizationId, 'wall', {
    role: 'viewer',
  });
  expect((await send(id, 'cancel', {}, viewer)).status).toBe(403);
});

test('what people decided stands where people look', async () => {
  const id = await states.completed();
  const { body } = await api.send('GET', `/v1/workflows/${id}`);
  expect(body.stages[0].decision).toMatchObject({ verdict: 'approve', by: 'ci', reason: null });
  expect(body.told).toMatchObject([{ type: 'approve', gate: 'plan', actor: 'ci', superseded: false }]);
});

test('only approvers decide, nobody approves his own, and who is late is too late', async () => {
  const keyOf = (name: string) => createApiKey(engine.engine.databases, engine.organizationId, name);
  const [ada, bob] = [await keyOf('Ada'), await keyOf('Bob')];
  const policy = { approvers: ['Ada', 'ci'], selfApproval: false, approvalDeadlineMs: 60_000 };
  const id = await engine.enqueue({ createdBy: 'Ada', options: policy });
  await engine.untilAsked(id);
  const stranger = await send(id, 'approve', {}, bob);
  expect([stranger.status, stranger.body.detail]).toEqual([
    403,
    '"Bob" may not decide this: the project leaves it to Ada, ci.',
  ]);
  const own = await send(id, 'approve', {}, ada);
  expect([own.status, own.body.detail]).toMatchObject([403, expect.stringContaining('may not approve it')]);
  expect((await send(id, 'approve')).status).toBe(202);
  expect((await over(id)).status).toBe('completed');
});

test('a question that nobody answers in time fails the workflow with that reason', async () => {
  const id = await engine.enqueue({ options: { approvalDeadlineMs: 5_000 } });
  const asked = await engine.untilAsked(id);
  expect(asked.waitingUntil).toBeInstanceOf(Date);
  const row = await over(id);
  expect(row).toMatchObject({ status: 'failed', errorStage: 'ground' });
  expect(row.errorMessage).toMatch(/^Nobody answered in time: plan approval, due /);
});

test('the preview of a cancellation names what would be touched, and touches nothing', async () => {
  const id = await states.asking();
  const before = [...world.world];
  const { status, body } = await api.send(
    'GET',
    `/v1/workflows/${id}/cancellation?branches=delete&issues=keep`,
  );
  expect(status).toBe(200);
  expect(
    body.touches.map(({ kind, name, action }: Record<string, string>) => `${action} ${kind} ${name}`).sort(),
  ).toEqual([
    'delete branch floor',
    'delete branch wall',
    'keep issue issue of floor',
    'keep issue issue of wall',
  ]);
  expect(world.world).toEqual(before);
  expect((await api.send('GET', `/v1/workflows/${await states.completed()}/cancellation`)).status).toBe(409);
  expect((await api.send('GET', `/v1/workflows/${id}/cancellation?branches=burn`)).status).toBe(422);
});

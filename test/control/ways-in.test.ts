/** Every signal through the real command line and the real HTTP API: once, refused with a reason, and audited. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { Signal, type SignalType, signalTypes } from '../../entities/workflows/signal.ts';
import { auditProjection } from '../../jobs/projections/audit.ts';
import { defineStage } from '../../src/engine/define.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { gsw, sentence } from '../cli/gsw.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type Toy, toy } from './toy.ts';

let fresh: FreshDatabases;
let world: Toy;
let engine: TestEngine;
let api: TestApi;
let folder: string;
let file: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  world = toy();
  const asks = defineStage({
    name: 'requirements_input',
    async run({ gate }) {
      await gate('r', { gate: 'requirements', accepts: ['requirements'], waitingOn: 'requirements' });
    },
  });
  engine = testEngine(fresh, 'PostgreSQL', {
    ...world.catalogue,
    stages: [asks, ...world.catalogue.stages],
    projections: [auditProjection],
  });
  api = await testApi(engine);
  folder = await mkdtemp(path.join(os.tmpdir(), 'gsw-ways-in-'));
  file = path.join(folder, 'text.md');
  await writeFile(file, '# A widget\n');
  engine.work();
});
afterAll(async () => {
  await api?.close();
  await engine?.close();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

const tell = (workflowId: string, type: SignalType, payload = {}) =>
  receiveSignal(engine.engine, {
    organizationId: engine.organizationId,
    workflowId,
    type,
    actor: 'the test',
    payload,
  });
const over = (id: string) => engine.until(id, ['completed', 'failed', 'cancelled']);

/** A workflow in each state in which it can rest. */
const states = {
  async 'waiting for requirements'() {
    const id = await engine.enqueue();
    await engine.untilAsked(id);
    return id;
  },
  async 'waiting for approval'() {
    const id = await states['waiting for requirements']();
    await tell(id, 'requirements', { text: '# A widget\n' });
    await expect
      .poll(async () => (await engine.workflow(id)).waitingOn, { timeout: 30_000 })
      .toBe('plan approval');
    return id;
  },
  async paused() {
    const id = await states['waiting for approval']();
    await tell(id, 'pause');
    return id;
  },
  async failed() {
    const id = await states['waiting for approval']();
    world.broken.add('item 2 begun');
    await tell(id, 'approve');
    await over(id);
    world.broken.clear();
    return id;
  },
  async completed() {
    const id = await states['waiting for approval']();
    await tell(id, 'approve');
    await over(id);
    return id;
  },
};

type Case = {
  takenWhen: keyof typeof states;
  refusedWhen: keyof typeof states;
  because: RegExp;
  /** Of the command line, after the id. */
  args?: () => string[];
  body?: object;
  /** In the attempt that it begins. */
  attempt?: number;
};

const cases: Record<SignalType, Case> = {
  requirements: {
    takenWhen: 'waiting for requirements',
    refusedWhen: 'waiting for approval',
    because: /takes no requirements now: it waits on plan approval, which takes: approve, reject/,
    args: () => ['-f', file],
    body: { text: '# A widget\n' },
  },
  approve: {
    takenWhen: 'waiting for approval',
    refusedWhen: 'waiting for requirements',
    because: /takes no approve now: it waits on requirements, which takes: requirements/,
  },
  reject: {
    takenWhen: 'waiting for approval',
    refusedWhen: 'completed',
    because: /is completed already; it takes no reject/,
  },
  pause: {
    takenWhen: 'waiting for approval',
    refusedWhen: 'failed',
    because: /is failed already; it takes no pause/,
  },
  resume: {
    takenWhen: 'paused',
    refusedWhen: 'waiting for approval',
    because: /takes no resume now\. It is not paused: it is waiting at ground/,
  },
  cancel: {
    takenWhen: 'waiting for approval',
    refusedWhen: 'completed',
    because: /takes no cancel now\. It is completed: its work is merged/,
    args: () => ['--branches', 'delete'],
    body: { branches: 'delete' },
  },
  retry: {
    takenWhen: 'failed',
    refusedWhen: 'waiting for approval',
    because: /takes no retry now\. Only what has failed can be tried again/,
    attempt: 2,
  },
  rerun: {
    takenWhen: 'failed',
    refusedWhen: 'completed',
    because: /takes no rerun now\. It is completed: .*follows it/,
    args: () => ['--from', 'ground'],
    body: { from: 'ground' },
    attempt: 2,
  },
  retry_step: {
    takenWhen: 'failed',
    refusedWhen: 'paused',
    because:
      /takes no retry_step now\. It is paused at ground; another attempt can begin where it has failed/,
    args: () => ['2', '-f', file],
    body: { step: 2, prompt: '# A widget\n' },
    attempt: 2,
  },
};

type Sent = { taken: boolean; id: string | null; said: string };

/** Sends with a reason, and a key where one is given; checks that it ends as it should, taken or refused. */
type Send = (id: string, type: SignalType, reason: string, key?: string) => Promise<Sent>;

const byCommand: Send = async (id, type, reason, key) => {
  const { code, stdout, stderr } = await gsw(
    [
      type.replace('_', '-'),
      id,
      ...(cases[type].args?.() ?? []),
      '--json',
      '--reason',
      reason,
      ...(key ? ['--idempotency-key', key] : []),
    ],
    { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' },
  );
  if (code === 0) return { taken: true, id: JSON.parse(stdout).id, said: stdout };
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
  return { taken: false, id: null, said: stderr };
};

const byHttp: Send = async (id, type, reason, key) => {
  const { status, body } = await api.send('POST', `/v1/workflows/${id}/signals`, {
    body: { type, reason, ...cases[type].body },
    headers: key ? { 'idempotency-key': key } : {},
  });
  if (status === 202) return { taken: true, id: body.id, said: '' };
  expect([status, body.type]).toEqual([409, 'urn:graph-sitter-workflows:problem:conflict']);
  return { taken: false, id: null, said: body.detail };
};

const db = () => engine.engine.databases.inOrganization(engine.organizationId);
const signalsOf = (workflowExecutionId: string, type: SignalType) =>
  db().workflows((em) => em.find(Signal, { workflowExecutionId, type }));
const auditedAs = (signalId: string) =>
  db().events((em) => em.find(AuditEntry, { action: 'signal.received', subjectId: signalId }));

describe.each([
  ['the command line', byCommand],
  ['HTTP', byHttp],
] as const)('by %s', (_, send) => {
  test.each(signalTypes)(
    '%s is taken once, however often it is sent, and audited once',
    async (type) => {
      const { takenWhen, attempt } = cases[type];
      const id = await states[takenWhen]();
      const before = await signalsOf(id, type);
      const key = randomUUID();
      const reason = `because of "${type}"`;
      const first = await send(id, type, reason, key);
      expect(first, first.said).toMatchObject({ taken: true });
      const again = await send(id, type, reason, key);
      expect(again).toMatchObject({ taken: true, id: first.id });

      const rows = (await signalsOf(id, type)).filter((one) => !before.some((other) => other.id === one.id));
      expect(rows).toMatchObject([{ id: first.id, actor: 'ci', reason, attempt: attempt ?? null }]);
      expect((await engine.workflow(id)).attempt).toBe(attempt ?? 1);
      const { id: signalId } = rows[0] as Signal;
      await expect.poll(async () => (await auditedAs(signalId)).length, { timeout: 30_000 }).toBe(1);
      expect(await auditedAs(signalId)).toMatchObject([
        {
          actorKind: 'key',
          actorName: 'ci',
          reason,
          subjectType: 'workflows.signals',
          after: { type, workflowId: id },
        },
      ]);
    },
    120_000,
  );

  test.each(signalTypes)(
    '%s is refused with the reason where it makes no sense, and changes nothing',
    async (type) => {
      const { refusedWhen, because } = cases[type];
      const id = await states[refusedWhen]();
      const { status, attempt } = await engine.workflow(id);
      const count = (await signalsOf(id, type)).length;
      const answer = await send(id, type, 'for nothing');
      expect(answer.taken).toBe(false);
      expect(answer.said).toMatch(because);
      expect(await engine.workflow(id)).toMatchObject({ status, attempt });
      expect(await signalsOf(id, type)).toHaveLength(count);
    },
    120_000,
  );
});

test('a signal to a workflow that there is not, or of another kind under a used key, is refused by the command line', async () => {
  const run = (...args: string[]) => gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' });
  const nowhere = await run('pause', randomUUID());
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/^gsw: There is no workflow /)]);
  const id = await states['waiting for approval']();
  expect((await run('pause', id, '--idempotency-key', 'mine')).code).toBe(0);
  const reused = await run('cancel', id, '--idempotency-key', 'mine');
  expect([reused.code, reused.stderr]).toEqual([2, expect.stringMatching(/was used for another signal/)]);
  // without a key, the same once more is told what became of the first
  const again = await run('pause', id);
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^Paused: /)]);
  expect(await signalsOf(id, 'pause')).toHaveLength(1);
}, 60_000);

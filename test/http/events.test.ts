import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { defineStage } from '../../src/engine/define.ts';
import { announce } from '../../src/engine/outbox.ts';
import { startApi } from '../../src/http/server.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let system: TestEngine;
let api: TestApi;
let id: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = testEngine(fresh, 'PostgreSQL', {
    stages: [defineStage({ name: 'only_stage', run: async () => {} })],
  });
  api = await testApi(system);
  id = await system.enqueue();
});
afterAll(async () => {
  await api.close();
  await system.close();
  await fresh.drop();
});

const db = () => system.engine.databases.inOrganization(system.organizationId);
const say = (name: string) =>
  db().workflows(async (em) => {
    const workflow = await em.findOneOrFail(WorkflowExecution, id);
    await announce(em, workflow, name, `test.${name.split('-')[0]}`, { name });
  });

/** The number of the newest event; transactions of other tests on this server keep pages from it for a while. */
async function newest(): Promise<number> {
  const latest = { orderBy: { sequence: 'desc' }, limit: 1 } as const;
  const [entry] = await db().workflows((em) => em.find(OutboxEntry, {}, latest));
  const after = async () => (await api.send('GET', '/v1/events?limit=500')).body.nextAfter;
  await expect.poll(after).toBe(entry?.sequence);
  return after();
}

type Told = { id: string; event: string; data: { sequence: number; data: { name?: string } } };

/** Listens until it is told to stop; gives what it has heard. */
function listen(path: string, headers: Record<string, string> = {}, key = api.key) {
  const heard: Told[] = [];
  const stop = new AbortController();
  let text = '';
  let lastId = '';
  const begun = fetch(`${api.url}${path}`, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
    signal: stop.signal,
  });
  const ended = begun.then(async (response) => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          text
            .slice(0, at)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(at + 2);
        const { id: number = '', event = '', data } = fields;
        if (number) lastId = number;
        if (data) heard.push({ id: number, event, data: JSON.parse(data) });
      }
    }
  });
  const names = () => heard.flatMap(({ data }) => data.data.name ?? []);
  return {
    begun,
    ended,
    heard,
    names,
    /** What an EventSource sends when it comes back, once it is as large. */
    lastId: async (least = 0) => {
      for (const giveUpAt = Date.now() + 10_000; lastId === '' || Number(lastId) < least; ) {
        if (Date.now() > giveUpAt) throw new Error(`the last id is "${lastId}"`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return lastId;
    },
    stop: async () => {
      stop.abort();
      await ended.catch(() => undefined);
    },
    until: async (count: number) => {
      for (const giveUpAt = Date.now() + 30_000; names().length < count; ) {
        if (Date.now() > giveUpAt) throw new Error(`heard only ${names().join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return names();
    },
  };
}

test('events come as they happen, and who comes back hears what happened meanwhile, once', async () => {
  const first = listen('/v1/events');
  const response = await first.begun;
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  await say('one-1');
  await say('one-2');
  expect(await first.until(2)).toEqual(['one-1', 'one-2']);
  await first.stop();
  for (const number of [3, 4, 5]) await say(`one-${number}`);
  const second = listen('/v1/events', { 'last-event-id': first.heard.at(-1)?.id as string });
  expect(await second.until(3)).toEqual(['one-3', 'one-4', 'one-5']);
  await say('one-6');
  expect((await second.until(4)).at(-1)).toBe('one-6');
  await second.stop();
});

test('who comes back before he has heard anything hears what happened meanwhile', async () => {
  const first = listen('/v1/events?types=test.seven');
  const id = await first.lastId();
  await first.stop();
  await say('seven-1');
  const second = listen('/v1/events?types=test.seven', { 'last-event-id': id });
  expect(await second.until(1)).toEqual(['seven-1']);
  await second.stop();
});

test('a stream on which nothing is told says all the same how far it has come', async () => {
  const listening = listen('/v1/events?types=test.nothing');
  const from = Number(await listening.lastId());
  await say('eight-1');
  const { now } = Date;
  const later = vi.spyOn(Date, 'now').mockImplementation(() => now() + 16_000);
  const id = await listening.lastId(from + 1).finally(() => later.mockRestore());
  await listening.stop();
  expect((await api.send('GET', `/v1/events?after=${id}&types=test.eight`)).body.items).toEqual([]);
  expect(listening.heard).toEqual([]);
});

test('a stream begins with now only when nothing with a smaller number is still to be committed', async () => {
  const announced = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const late = db().workflows(async (em) => {
    const workflow = await em.findOneOrFail(WorkflowExecution, id);
    await announce(em, workflow, 'nine-late', 'test.nine', { name: 'nine-late' });
    announced.resolve();
    await held.promise;
  });
  await announced.promise;
  await say('nine-early');
  let hasBegun = false;
  const listening = listen('/v1/events?types=test.nine');
  const begun = listening.begun.then(() => {
    hasBegun = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  const wasEarly = hasBegun;
  held.resolve();
  await late;
  await begun;
  expect(wasEarly).toBe(false);
  await say('nine-after');
  expect(await listening.until(1)).toEqual(['nine-after']);
  await listening.stop();
});

test('what is committed late is told all the same, though its number is smaller', async () => {
  const before = await newest();
  const listening = listen(`/v1/events?after=${before}`);
  await listening.begun;
  let commit = () => {};
  const announced = Promise.withResolvers<void>();
  const late = db().workflows(async (em) => {
    const workflow = await em.findOneOrFail(WorkflowExecution, id);
    await announce(em, workflow, 'two-late', 'test.two', { name: 'two-late' });
    announced.resolve();
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  await announced.promise;
  await say('two-early');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(listening.names()).toEqual([]);
  const page = await api.send('GET', `/v1/events?after=${before}`);
  expect(page.body).toEqual({ items: [], nextAfter: before });
  commit();
  await late;
  expect(await listening.until(2)).toEqual(['two-late', 'two-early']);
  await listening.stop();
});

test('many writers at once: every event is heard once, in the order of its number', async () => {
  const listening = listen(`/v1/events?after=${await newest()}&types=test.many`);
  await listening.begun;
  const wanted = Array.from({ length: 60 }, (_, index) => `many-${index}`);
  await Promise.all(wanted.map((name) => say(name)));
  const heard = await listening.until(wanted.length);
  expect([...heard].sort()).toEqual([...wanted].sort());
  const numbers = listening.heard.map(({ data }) => data.sequence);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  await listening.stop();
});

test('pages go on from each other, and can be narrowed', async () => {
  for (const name of ['three-1', 'three-2', 'four-1']) await say(name);
  const names: string[] = [];
  for (let after = 0; ; ) {
    const { body } = await api.send(
      'GET',
      `/v1/events?after=${after}&limit=2&types=test.three,test.f*&workflow=${id}`,
    );
    if (names.length === 3 && body.items.length === 0) break;
    names.push(...body.items.map((one: { data: { name: string } }) => one.data.name));
    after = body.nextAfter;
  }
  expect(names).toEqual(['three-1', 'three-2', 'four-1']);
});

test('nobody hears what happens in another organisation', async () => {
  const { body } = await api.send('GET', '/v1/events?limit=500', { key: api.operatorKey });
  expect(body.items).toEqual([]);
  const listening = listen('/v1/events?after=0', {}, api.operatorKey);
  await listening.begun;
  await say('five-1');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(listening.heard).toEqual([]);
  await listening.stop();
});

test('a number that is none is refused, with its place', async () => {
  const wrong = await api.send('GET', '/v1/events?after=abc');
  expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '?after']);
  const stream = listen('/v1/events', { 'last-event-id': 'abc' });
  expect((await stream.begun).status).toBe(422);
  await stream.stop();
});

test('a process that ends ends its streams at once', async () => {
  const second = await startApi(system.engine, { host: '127.0.0.1', port: 0 });
  const response = await fetch(`${second.url}/v1/events`, {
    headers: { authorization: `Bearer ${api.key}`, accept: 'text/event-stream' },
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const begun = Date.now();
  await second.close();
  while (!(await reader.read()).done);
  expect(Date.now() - begun).toBeLessThan(4_900);
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TcpProxy } from '../../src/chaos/tcp-proxy.ts';
import { Queues } from '../../src/engine/queues.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let proxy: TcpProxy;
let queues: Queues;
beforeAll(async () => {
  fresh = await freshDatabases();
});
beforeEach(async () => {
  const url = new URL(fresh.config.queue.databaseUrl as string);
  proxy = await TcpProxy.open({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  queues = new Queues({ postgres: { connectionString: url.href } }, () => undefined);
});
afterEach(async () => {
  await queues.close();
  await proxy.close();
});
afterAll(() => fresh.drop());

const job = (queue: string, id: string) => ({ queue, name: 'a job', id, data: {} });

describe('a queue on PostgreSQL that was opened while the server could not be reached', () => {
  test('takes jobs as soon as it can', async () => {
    proxy.cut();
    await expect(queues.add(job('some-queue', 'first'))).rejects.toThrow();
    proxy.heal();
    await queues.add(job('some-queue', 'second'));
    expect(await queues.lookUp('some-queue', 'second')).toBe('live');
    expect(await queues.waiting(['some-queue'])).toEqual([1]);
  });

  test('has its jobs taken by the worker that was started then', async () => {
    proxy.cut();
    const taken: string[] = [];
    const worker = queues.worker('another', async ({ id }) => void taken.push(String(id)), 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    proxy.heal();
    await queues.add(job('another', 'third'));
    await expect.poll(() => taken, { timeout: 8_000 }).toEqual(['third']);
    await worker.close();
  });
});

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { createSource } from '../../src/events/sources.ts';
import { freePort } from '../../src/free-port.ts';
import { ensureDefaultOrganization } from '../../src/security/bootstrap.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';
import { backends, redisUrl } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import type { Serving } from '../support/serving-process.ts';
import { percentile, sendWebhooks } from '../support/webhook-load.ts';

/**
 * `WEBHOOK_SECONDS=30` for the long form, `WEBHOOK_RATE` for another rate than 200 a second, `WEBHOOK_APART=true` for a
 * worker in a process of its own beside the API, which is the one that is killed.
 */
const seconds = Number(process.env.WEBHOOK_SECONDS ?? 6);
const perSecond = Number(process.env.WEBHOOK_RATE ?? 200);
const isApart = process.env.WEBHOOK_APART === 'true';

let fresh: FreshDatabases;
let databases: Databases;
let dataDir: string;
let serving: ChildProcess | undefined;
let standby: ChildProcess | undefined;
let worker: ChildProcess | undefined;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-load-'));
});
afterEach(() => {
  serving?.kill('SIGKILL');
  worker?.kill('SIGKILL');
});
afterAll(async () => {
  standby?.kill('SIGKILL');
  await databases.close();
  await fresh.drop();
  await rm(dataDir, { recursive: true });
});

async function loaded(): Promise<ChildProcess> {
  const one = fork(new URL('../support/serving-process.ts', import.meta.url), { stdio: 'inherit' });
  await once(one, 'message');
  return one;
}

/** Lets one that is loaded serve, and loads the next. */
async function serve(config: Config): Promise<void> {
  const next = standby ?? (await loaded());
  serving = next;
  await tell(next, { config, parts: isApart ? ['api'] : ['api', 'worker'] });
  standby = await loaded();
}

async function tell(one: ChildProcess, what: Serving): Promise<void> {
  one.send(what);
  await once(one, 'message');
}

/** Below those that the system gives away: it is to be free still when it is used, and again after each kill. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = await freePort(20_000 + Math.floor(Math.random() * 12_000)).catch(() => null);
    if (port) return port;
  }
}

test.each(backends())(
  `on %s, ${perSecond} webhooks a second for ${seconds} s, killed twice: what is taken is there once, and handled`,
  async (backend) => {
    const { organizationId } = await ensureDefaultOrganization(databases, dataDir);
    const port = await lastingPort();
    const http = { ...fresh.config.http, host: '127.0.0.1', port, publicUrl: undefined };
    const queue =
      backend === 'Redis'
        ? { ...fresh.config.queue, redisUrl: redisUrl(), prefix: `load-${randomUUID().slice(0, 8)}` }
        : fresh.config.queue;
    const config = { ...fresh.config, dataDir, http, queue, logLevel: 'silent' };
    const db = databases.inOrganization(organizationId);
    const { source, secret } = await createSource(
      { db, organizationId, keyring: keyringSource(config), by: 'a test' },
      { id: randomUUID(), name: `load ${randomUUID()}`, provider: 'github', settings: {} },
    );
    if (isApart) {
      worker = await loaded();
      await tell(worker, { config, parts: ['worker'] });
    }
    await serve(config);

    const url = `http://127.0.0.1:${port}/webhooks/github/${source.id}`;
    const over = new AbortController();
    const sending = sendWebhooks({ url, secret: String(secret), perSecond, signal: over.signal });
    const third = () => sleep((seconds * 1_000) / 3);
    const outages: number[] = [];
    await third();
    for (const _ of [1, 2]) {
      const began = performance.now();
      serving?.kill('SIGKILL');
      await serve(config);
      outages.push(performance.now() - began);
      await third();
    }
    over.abort();
    const sent = await sending;

    const taken = sent.filter(({ status }) => status !== null && status < 300);
    const refused = sent.filter(({ status }) => status !== null && status >= 300);
    expect(refused.map(({ status }) => status)).toEqual([]);
    expect(taken.length).toBeGreaterThan(perSecond);
    const rows = () =>
      db.events((em) =>
        em.execute<{ external_id: string; count: number; open: number; failed: number; handlers: number }[]>(
          `select external_id, count(distinct e.id)::int as count, count(*)::int as handlers,
                count(*) filter (where p.status in ('received', 'processing'))::int as open,
                count(*) filter (where p.status = 'failed')::int as failed
           from events e left join event_processing p on p.event_id = e.id
          where event_source_id = ? group by 1`,
          [source.id],
        ),
      );
    const stored = new Map((await rows()).map((row) => [row.external_id, row]));
    expect(taken.filter(({ delivery }) => stored.get(delivery)?.count !== 1)).toEqual([]);
    expect([...stored.values()].filter(({ count }) => count !== 1)).toEqual([]);

    const lastSent = performance.now();
    let settled = await rows();
    for (
      const giveUpAt = Date.now() + 120_000;
      settled.some(({ open }) => open > 0);
      settled = await rows()
    ) {
      if (Date.now() > giveUpAt) break;
      await sleep(500);
    }
    expect(settled.filter(({ open, failed, handlers }) => open > 0 || failed > 0 || handlers === 0)).toEqual(
      [],
    );
    const answered = taken.map(({ ms }) => ms);
    console.log(
      `${sent.length} sent at ${perSecond}/s in ${(seconds + outages.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(0)} s, ${taken.length} taken, ${sent.length - taken.length} without an answer while the process was away (${outages.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}); ` +
        `answers in ${percentile(answered, 0.5).toFixed(0)} ms (p50), ${percentile(answered, 0.99).toFixed(0)} ms (p99); all handled ${((performance.now() - lastSent) / 1000).toFixed(1)} s after the last`,
    );
  },
  300_000,
);

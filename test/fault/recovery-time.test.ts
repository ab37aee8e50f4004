/** How long work stands still after a worker is killed and after the queue is emptied. More of it: `KILLS=50`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { queueNames } from '../../src/engine/catalogue.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { heldCatalogues } from '../support/held-catalogue.ts';
import { HeldWorkers } from '../support/held-workers.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const kills = Number(process.env.KILLS ?? 6);
const workflows = 8;
/** Of the promise, 5 seconds, the test leaves room for a machine that does other things besides. */
const ceilingMs = 15_000;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

function tellTimes(what: string, times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  console.info(
    `${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${sorted.at(-1)} ms of ${sorted.length}`,
  );
  return at(0.99);
}

describe.each(backends())('on %s', (backend) => {
  let system: TestSystem;
  let workers: HeldWorkers;
  const begin = async (catalogue: 'hold' | 'look') => {
    system = await testSystem(fresh, backend, { catalogue: heldCatalogues[catalogue], queueMayFail: true });
    workers = new HeldWorkers({ config: system.engine.config, catalogue });
    return workers;
  };
  afterEach(async () => {
    workers?.killAll();
    await system?.close();
  });

  test('what a killed worker held is taken up by another within seconds', async () => {
    const { told } = await begin('hold');
    let current = await workers.start();
    const times: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      // fresh work now and then: what ends its worker ten times in a row is given up
      if (kill % 8 === 0) {
        const from = told.length;
        for (let count = 0; count < workflows; count++) await system.enqueue();
        await workers.until((all) => all.length - from >= workflows, 'all being at work');
        if (kill > 0) told.splice(0, from);
      }
      const next = await workers.start();
      await sleep(Math.random() * 1_000);
      const held = new Set(told.filter(({ pid }) => pid === current.pid).map(({ id }) => id));
      const killedAt = Date.now();
      current.kill('SIGKILL');
      const again = () => told.filter(({ id, pid }) => pid === next.pid && held.has(id));
      await workers.until(
        () => again().length >= Math.min(held.size, workflows),
        'its being taken up',
        60_000,
      );
      times.push(...again().map(({ at }) => at - killedAt));
      current = next;
    }
    expect(times.length).toBeGreaterThanOrEqual(kills * (workflows - 1));
    expect(tellTimes(`${backend}, after SIGKILL`, times)).toBeLessThan(ceilingMs);
  }, 900_000);

  test('work goes on within seconds after the queue was emptied', async () => {
    const { told } = await begin('look');
    await workers.start();
    await workers.start();
    for (let count = 0; count < workflows; count++) await system.enqueue();
    await workers.until((all) => new Set(all.map(({ id }) => id)).size === workflows, 'all being at work');
    const times: number[] = [];
    for (let flush = 0; flush < kills; flush++) {
      await sleep(1_000 + Math.random() * 1_000);
      await system.engine.queues.empty(queueNames(heldCatalogues.look));
      const emptiedAt = Date.now();
      // what was under way at that moment does not count
      const later = () => told.filter(({ at }) => at > emptiedAt + 150);
      await workers.until(
        () => new Set(later().map(({ id }) => id)).size === workflows,
        'their going on',
        60_000,
      );
      for (const id of new Set(told.map((one) => one.id))) {
        times.push((later().find((one) => one.id === id)?.at ?? Number.NaN) - emptiedAt);
      }
    }
    expect(tellTimes(`${backend}, after the queue was emptied`, times)).toBeLessThan(ceilingMs);
  }, 900_000);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/free-port.ts';
import { installationMetrics } from '../../src/telemetry/installation-metrics.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

it('a queue that does not answer is told as not reached, and takes nothing else with it', async () => {
  const nobody = `redis://127.0.0.1:${await freePort()}`;
  const system = testEngine(fresh, { redisUrl: nobody }, {}, {}, true);
  try {
    const metrics = installationMetrics(system.engine);
    for (const _ of ['once', 'and again']) {
      const told = await metrics.metrics();
      expect(told).toMatch(/^gsw_installation_reached\{what="queue"\} 0$/m);
      expect(told).toMatch(/^gsw_installation_reached\{what="databases"\} 1$/m);
      expect(told).toMatch(/^gsw_outbox_oldest_age_seconds 0$/m);
      expect(told).not.toMatch(/^gsw_queue_jobs\{/m);
    }
  } finally {
    await system.close();
  }
});

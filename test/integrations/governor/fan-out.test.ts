/** A stage that has many calls to make side by side begins none where the window's rest does not carry them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LinearOperation } from '../../../entities/workflows/operation.ts';
import { defineOperation, defineStage } from '../../../src/engine/define.ts';
import type { Governor } from '../../../src/integrations/governor/governor.ts';
import { openGovernor } from '../../../src/integrations/governor/open.ts';
import type { Linear } from '../../../src/integrations/linear/port.ts';
import { createLinear } from '../../../src/integrations/linear/sdk.ts';
import { type LinearSandbox, startLinearSandbox } from '../../../src/sandbox/linear/server.ts';
import { backends, redisUrl } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';

const key = 'lin_api_secret_0123456789';
const many = 12;

let fresh: FreshDatabases;
let sandbox: LinearSandbox;
let governor: Governor;
let linear: Linear;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(async () => {
  await system?.close();
  await governor?.close();
  await sandbox?.close();
});
afterAll(() => fresh?.drop());

const readTeam = defineOperation({
  service: 'linear',
  name: 'read-team',
  input: z.object({ n: z.int() }),
  output: z.object({}),
  retry: { attempts: 3, delay: '50ms' },
  run: async (_, { linear }) => {
    await linear.getTeam();
    return {};
  },
});
const fansOut = defineStage({
  name: 'fans_out',
  async run({ perform, performAll }) {
    await perform('first', readTeam.with({ n: 0 }));
    const each = Array.from({ length: many }, (_, index) => index + 1);
    await performAll(each, (n) => [`${n}`, readTeam.with({ n })]);
  },
});

describe.each(backends())('on %s, a fan-out', (backend) => {
  /** @param used of the window before the workflow comes */
  async function start(requests: number, used: number) {
    sandbox = await startLinearSandbox({ apiKeys: [key], limits: { requests, complexity: 250_000 } });
    const { databaseUrl } = fresh.config.queue;
    governor = openGovernor(
      backend === 'Redis'
        ? { redisUrl: redisUrl(), prefix: `test-${process.pid}-${requests}` }
        : { postgres: { connectionString: databaseUrl as string } },
      () => undefined,
    );
    linear = createLinear({
      apiUrl: sandbox.url,
      apiKey: async () => ({ secret: key, account: `the one of ${requests}` }),
      governor,
    });
    for (let n = 0; n < used; n += 1) await linear.getTeam();
    system = testEngine(fresh, backend, { stages: [fansOut], operations: [readTeam] }, { linear });
    system.work();
    const id = await system.enqueue();
    const db = system.engine.databases.inOrganization(system.organizationId);
    return {
      id,
      operations: () => db.workflows((em) => em.find(LinearOperation, { workflowExecutionId: id })),
    };
  }

  it('that the rest of the window carries is begun, and comes to its end', async () => {
    const { id, operations } = await start(100, 0);
    expect((await system.until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(await operations()).toHaveLength(1 + many);
  });

  it('that it does not carry is not begun, and the stage says so and until when', async () => {
    const { id, operations } = await start(40, 30);
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
      if ((await system.stages(id))[0]?.waitingOn?.startsWith('Linear rate limit')) break;
    }
    const [stage] = await system.stages(id);
    expect(stage).toMatchObject({
      status: 'waiting',
      waitingOn: 'Linear rate limit: too little is left for 12 calls at once',
    });
    expect(Number(stage?.waitingUntil)).toBeGreaterThan(Date.now() + 60_000);
    // what it had to do before it fanned out
    expect((await operations()).map(({ key: name, status }) => [name, status])).toEqual([
      ['first', 'succeeded'],
    ]);
    // who has little to do is not held up
    expect((await linear.getTeam()).key).toBe('ENG');
  });
});

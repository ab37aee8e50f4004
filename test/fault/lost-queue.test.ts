import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { queueNames } from '../../src/engine/catalogue.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { timings } from '../../src/engine/timings.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const requirements = readFileSync(new URL('../../examples/requirement.md', import.meta.url), 'utf8');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  Object.assign(timings, { lockMs: 1_500, renewalMs: 400, stalledCheckMs: 400, epochCheckMs: 300 });
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

describe.each(backends())('on %s, a queue that is emptied', (backend) => {
  let system: TestSystem;
  beforeEach(async () => {
    system = await testSystem(fresh, backend, { queueMayFail: true });
  });
  afterEach(() => system.close());

  /** What a flush does, to the queues of this test alone. */
  const empty = () => system.engine.queues.empty(queueNames(system.engine.catalogue));

  test('again and again delays the workflow, loses nothing and repeats nothing', async () => {
    const { enqueue, work, until } = system;
    work();
    const id = await enqueue({ requirements, options: { autoConfirmPlan: true, autoMerge: true } });
    let flushes = 0;
    for (;;) {
      await pause(2_500);
      const row = await system.workflow(id);
      if (row.isOver()) break;
      await empty();
      flushes += 1;
      if (flushes === 8) break;
    }
    expect(await until(id, ['completed', 'failed'], 90_000)).toMatchObject({
      status: 'completed',
      errorMessage: null,
    });
    expect(flushes).toBeGreaterThan(2);
    await expectEverythingOnce(system, id);
  }, 150_000);

  test('while no worker runs is filled again when one starts', async () => {
    const { enqueue, work, untilAsked } = system;
    const id = await enqueue({ requirements });
    await empty();
    work();
    expect((await untilAsked(id, 60_000)).waitingOn).toBe('plan approval');
  }, 90_000);

  test('takes nothing from a workflow that waits for a person', async () => {
    const { enqueue, work, untilAsked, stages } = system;
    work();
    const id = await enqueue({});
    await untilAsked(id, 30_000);
    await empty();
    await pause(2_000);
    const waiting = (await stages(id)).find((stage) => stage.stage === 'requirements_input');
    expect(waiting).toMatchObject({ status: 'waiting', waitingOn: 'requirements' });
    await receiveSignal(system.engine, {
      organizationId: system.organizationId,
      workflowId: id,
      type: 'requirements',
      actor: 'Ada',
      payload: { text: requirements },
    });
    expect((await untilAsked(id, 60_000)).status).toBe('waiting');
  }, 90_000);
});

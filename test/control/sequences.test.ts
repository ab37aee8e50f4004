import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SignalType, signalTypes } from '../../entities/workflows/signal.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { Refusal } from '../../src/engine/refusal.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type Toy, toy, whole } from './toy.ts';

type Told = { type: SignalType; payload: Record<string, unknown>; pauseMs: number; breaks: boolean };

const payloads: Record<SignalType, fc.Arbitrary<Record<string, unknown>>> = {
  requirements: fc.constant({ text: '# More' }),
  approve: fc.constant({}),
  reject: fc.constant({}),
  pause: fc.constant({}),
  resume: fc.constant({}),
  cancel: fc.constant({ branches: 'delete', issues: 'keep', pullRequests: 'close' }),
  retry: fc.constant({}),
  rerun: fc.record({ from: fc.constantFrom('ground', 'work', 'roof'), anew: fc.boolean() }),
  retry_step: fc.record({ step: fc.integer({ min: 1, max: 4 }), prompt: fc.constant('Again.') }),
};

/** Mostly what moves it; a cancellation ends the story, so it is rare. */
const weights: Partial<Record<SignalType, number>> = {
  approve: 6,
  pause: 4,
  resume: 4,
  retry: 4,
  rerun: 3,
  cancel: 1,
};

const told: fc.Arbitrary<Told> = fc
  .oneof(...signalTypes.map((type) => ({ weight: weights[type] ?? 1, arbitrary: fc.constant(type) })))
  .chain((type) =>
    fc.record({
      type: fc.constant(type),
      payload: payloads[type],
      pauseMs: fc.constantFrom(0, 0, 30, 150, 400),
      breaks: fc.boolean(),
    }),
  );

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s', (backend) => {
  let engine: TestEngine;
  let world: Toy;
  afterEach(() => engine.close());

  const send = async (id: string, type: SignalType, payload: Record<string, unknown>) => {
    const { organizationId } = engine;
    const request = { organizationId, workflowId: id, type, actor: 'Ada', payload };
    // a refusal is an answer; anything else, such as a transition that the database forbids, is not
    return receiveSignal(engine.engine, request).catch((error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    });
  };

  /** Does what a patient person would, until the workflow is over. */
  async function bringToAnEnd(id: string): Promise<WorkflowExecution> {
    for (const deadline = Date.now() + 40_000; ; await sleep(60)) {
      const row = await engine.workflow(id);
      if (row.status === 'completed' || row.status === 'cancelled') return row;
      if (row.status === 'paused') await send(id, 'resume', {});
      if (row.status === 'failed') await send(id, 'retry', {});
      if ((await engine.stages(id)).some((stage) => stage.openGate && !stage.supersededAt)) {
        await send(id, 'approve', {});
      }
      if (Date.now() > deadline) {
        const stages = (await engine.stages(id)).map(
          ({ stage, status, attempt, supersededAt }) =>
            `${stage} ${status} ${attempt}${supersededAt ? ' superseded' : ''}`,
        );
        throw new Error(`it is stuck: ${row.status} at ${row.currentStage}: ${stages.join(', ')}`);
      }
    }
  }

  test('no sequence of signals leaves a workflow in an illegal or stuck state, doubles an effect, or leaves one behind', async () => {
    world = toy();
    engine = testEngine(fresh, backend, world.catalogue);
    engine.work();
    const endings = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), async (story) => {
        world.world = [];
        world.broken.clear();
        const id = await engine.enqueue();
        for (const { type, payload, pauseMs, breaks } of story) {
          if (breaks) world.broken.add('item 2 begun');
          else world.broken.clear();
          await sleep(pauseMs);
          await send(id, type, payload);
        }
        world.broken.clear();
        const { status } = await bringToAnEnd(id);
        endings.add(status);
        expect([...world.world].sort()).toEqual(status === 'completed' ? whole : []);
      }),
      { numRuns: 12, seed: 20261126, endOnFailure: true, interruptAfterTimeLimit: 200_000 },
    );
    expect(endings).toContain('completed');
  }, 300_000);
});

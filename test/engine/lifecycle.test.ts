import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { defineOperation, defineStage, defineStep } from '../../src/engine/define.ts';
import { OperationFailed, PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

/** The outside world of these tests: effects in the order in which they happened. */
let world: string[] = [];

/** Effects whose answer is lost once, and effects that are refused. */
let dropped = new Set<string>();

const note = defineOperation({
  service: 'github',
  name: 'note',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string(), place: z.number() }),
  retry: { attempts: 3, delay: '50ms' },
  find: async ({ text }) => (world.includes(text) ? { text, place: world.indexOf(text) } : null),
  run: async ({ text }) => {
    if (text.startsWith('refused')) throw new PermanentFailure(`The world will not have "${text}".`);
    if (text.startsWith('broken')) throw new Error('the world is broken');
    if (text.startsWith('patience') && !dropped.has(text)) {
      dropped.add(text);
      throw new RetryLater(200, 'the world to calm down');
    }
    world.push(text);
    if (text.startsWith('lost') && !dropped.has(text)) {
      dropped.add(text);
      throw new Error('socket hang up');
    }
    return { text, place: world.length - 1 };
  },
});

const first = defineStage({
  name: 'first_stage',
  async run({ perform, performAll }) {
    const one = await perform('one', note.with({ text: 'one' }));
    await performAll(['a', 'b', 'c'], (letter) => [letter, note.with({ text: `${one.text}-${letter}` })]);
  },
});

const second = defineStage({
  name: 'second_stage',
  async run({ perform }) {
    await perform('last', note.with({ text: 'last' }));
  },
});

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s, a workflow', (backend) => {
  let test_: TestEngine;
  const start = (stages: Parameters<typeof testEngine>[2]) => {
    world = [];
    dropped = new Set();
    test_ = testEngine(fresh, backend, { operations: [note], ...stages });
    return test_;
  };
  afterEach(() => test_.close());

  test('runs its stages in order and each effect once', async () => {
    const { enqueue, work, until, stages } = start({ stages: [first, second] });
    work();
    const id = await enqueue();
    const done = await until(id, ['completed', 'failed']);
    expect(done.status).toBe('completed');
    expect(world[0]).toBe('one');
    expect(world.slice(1, 4).sort()).toEqual(['one-a', 'one-b', 'one-c']);
    expect(world[4]).toBe('last');
    expect((await stages(id)).map((stage) => stage.status)).toEqual(['completed', 'completed']);
  });

  test('finds an effect whose answer was lost instead of repeating it', async () => {
    const stage = defineStage({
      name: 'lossy',
      run: async ({ perform }) => void (await perform('x', note.with({ text: 'lost letter' }))),
    });
    const { enqueue, work, until, engine, organizationId } = start({ stages: [stage] });
    work();
    const id = await enqueue();
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['lost letter']);
    const db = engine.databases.inOrganization(organizationId);
    const row = await db.workflows((em) => em.findOneOrFail(GithubOperation, { workflowExecutionId: id }));
    expect(row).toMatchObject({ status: 'succeeded', adopted: true, attempts: 1 });
  });

  test('comes back later without spending an attempt', async () => {
    const stage = defineStage({
      name: 'patient',
      run: async ({ perform }) => void (await perform('x', note.with({ text: 'patience' }))),
    });
    const { enqueue, work, until, engine, organizationId } = start({ stages: [stage] });
    work();
    const id = await enqueue();
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    const db = engine.databases.inOrganization(organizationId);
    const row = await db.workflows((em) => em.findOneOrFail(GithubOperation, { workflowExecutionId: id }));
    expect(row).toMatchObject({ status: 'succeeded', adopted: false, attempts: 0 });
  });

  test('fails with the reason of a refused effect, and leaves the later stages alone', async () => {
    const stage = defineStage({
      name: 'hopeless',
      run: async ({ perform }) => void (await perform('x', note.with({ text: 'refused gift' }))),
    });
    const { enqueue, work, until, stages } = start({ stages: [stage, second] });
    work();
    const id = await enqueue();
    const row = await until(id, ['completed', 'failed']);
    expect(row).toMatchObject({
      status: 'failed',
      errorStage: 'hopeless',
      errorMessage: 'The world will not have "refused gift".',
    });
    expect((await stages(id)).map((one) => one.status)).toEqual(['failed', 'pending']);
  });

  test('fails when the attempts of an effect are spent', async () => {
    const stage = defineStage({
      name: 'broken',
      run: async ({ perform }) => void (await perform('x', note.with({ text: 'broken' }))),
    });
    const { enqueue, work, until } = start({ stages: [stage] });
    work();
    const row = await until(await enqueue(), ['completed', 'failed']);
    expect(row.errorMessage).toBe('the world is broken (tried 3 times)');
  });

  test('may catch the failure of an effect and go on', async () => {
    const stage = defineStage({
      name: 'forgiving',
      async run({ perform }) {
        const outcome = await perform('x', note.with({ text: 'refused gift' })).catch((error) => {
          if (error instanceof OperationFailed) return null;
          throw error;
        });
        await perform(
          'y',
          note.with({ text: outcome ? 'accepted' : 'refusal noted'.replace('refusal', 'No') }),
        );
      },
    });
    const { enqueue, work, until } = start({ stages: [stage] });
    work();
    expect((await until(await enqueue(), ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['No noted']);
  });

  test('fails loudly when the same key comes with another input', async () => {
    const stage = defineStage({
      name: 'fickle',
      // it may be entered more than once before the effect is there
      run: async ({ perform }) =>
        void (await perform('x', note.with({ text: world.length === 0 ? 'text 1' : 'text 2' }))),
    });
    const { enqueue, work, until } = start({ stages: [stage] });
    work();
    const row = await until(await enqueue(), ['completed', 'failed']);
    expect(row.errorMessage).toMatch(/"x" of fickle was note before/);
  });

  test('waits for people and goes on with their answer', async () => {
    const stage = defineStage({
      name: 'asking',
      async run({ gate, perform }) {
        const question = {
          gate: 'plan',
          accepts: ['approve', 'reject'],
          waitingOn: 'plan approval',
        } as const;
        const answer = await gate('plan', question);
        await perform('x', note.with({ text: `${answer.type} by ${answer.actor}` }));
      },
    });
    const { enqueue, work, until, untilAsked, engine, organizationId } = start({ stages: [stage] });
    work();
    const id = await enqueue();
    const waiting = await untilAsked(id);
    expect(waiting.waitingOn).toBe('plan approval');
    const signal = {
      organizationId,
      workflowId: id,
      type: 'approve',
      actor: 'Ada',
      idempotencyKey: 'k',
    } as const;
    const [one, two] = [await receiveSignal(engine, signal), await receiveSignal(engine, signal)];
    expect(two.id).toBe(one.id);
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['approve by Ada']);
    await expect(
      receiveSignal(engine, { organizationId, workflowId: id, type: 'approve', actor: 'Ada' }),
    ).rejects.toThrow(/is completed already/);
  });

  test('runs the steps of a stage in the order of their dependencies, each once', async () => {
    const step = defineStep({
      name: 'do-item',
      async run({ item, perform }) {
        await perform('begin', note.with({ text: `begin ${item.title}` }));
        await perform('end', note.with({ text: `end ${item.title}` }));
      },
    });
    const ids = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
      string,
      string,
      string,
      string,
    ];
    const stage = defineStage({
      name: 'stepping',
      async run({ runSteps }) {
        await runSteps(
          step,
          [
            { id: ids[0], title: 'A', dependsOn: [] },
            { id: ids[1], title: 'B', dependsOn: [ids[0]] },
            { id: ids[2], title: 'C', dependsOn: [ids[0]] },
            { id: ids[3], title: 'D', dependsOn: [ids[1], ids[2]] },
          ],
          2,
        );
      },
    });
    const { enqueue, work, until } = start({ stages: [stage], steps: [step] });
    work();
    expect((await until(await enqueue(), ['completed', 'failed'])).status).toBe('completed');
    const at = (text: string) => world.indexOf(text);
    expect(at('end A')).toBeLessThan(at('begin B'));
    expect(at('end A')).toBeLessThan(at('begin C'));
    expect(Math.max(at('end B'), at('end C'))).toBeLessThan(at('begin D'));
    expect(world).toHaveLength(8);
  });

  test('skips the steps that depend on a failed one and finishes the others', async () => {
    const outcomes: unknown[] = [];
    const step = defineStep({
      name: 'do-item',
      run: async ({ item, perform }) =>
        void (await perform('x', note.with({ text: item.title === 'A' ? 'refused A' : item.title }))),
    });
    const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string, string];
    const stage = defineStage({
      name: 'stepping',
      async run({ runSteps }) {
        const result = await runSteps(
          step,
          [
            { id: ids[0], title: 'A', dependsOn: [] },
            { id: ids[1], title: 'B', dependsOn: [ids[0]] },
            { id: ids[2], title: 'C', dependsOn: [] },
          ],
          2,
        );
        outcomes.push(...result.map((one) => `${one.status}: ${one.reason}`));
      },
    });
    const { enqueue, work, until } = start({ stages: [stage], steps: [step] });
    work();
    await until(await enqueue(), ['completed', 'failed']);
    expect(outcomes).toEqual([
      'failed: The world will not have "refused A".',
      'skipped: not started, because "A" failed',
      'completed: null',
    ]);
  });

  test('is the same workflow when enqueued twice under one key, and refused for another request', async () => {
    const { enqueue } = start({ stages: [second] });
    const id = await enqueue({ idempotencyKey: 'order-1' });
    expect(await enqueue({ idempotencyKey: 'order-1' })).toBe(id);
    await expect(
      enqueue({ idempotencyKey: 'order-1', repository: { owner: 'acme', name: 'gadgets' } }),
    ).rejects.toThrow(/was used for another request/);
  });
});

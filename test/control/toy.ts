/** A workflow of three stages and an outside world of names, for tests of signals: things are made, and can be taken back. */
import { z } from 'zod';
import type { Catalogue, Trace } from '../../src/engine/define.ts';
import { defineOperation, defineStage, defineStep } from '../../src/engine/define.ts';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';

const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

export type Toy = {
  catalogue: Catalogue;
  /** What is there, in the order in which it was made; what was made twice is there twice. */
  world: string[];
  /** Names that cannot be made. */
  broken: Set<string>;
  /** Makers hold before they make, until this is false. */
  isHeld: boolean;
  /** How often somebody looked at the weather. */
  looks: number;
};

export function toy(): Toy {
  const remove = defineOperation({
    service: 'github',
    name: 'remove',
    input: z.object({ name: z.string() }),
    output: z.object({ name: z.string() }),
    retry: { attempts: 3, delay: '20ms' },
    clears: ({ name }) => [{ kind: 'branch', id: name }],
    run: async ({ name }) => {
      self.world = self.world.filter((one) => one !== name);
      return { name };
    },
  });
  const make = defineOperation({
    service: 'github',
    name: 'make',
    input: z.object({ name: z.string() }),
    output: z.object({ name: z.string() }),
    retry: { attempts: 3, delay: '20ms' },
    traces: ({ name }): Trace[] => [
      { kind: 'branch', id: name, name, delete: remove.with({ name }) },
      { kind: 'issue', id: name, name: `issue of ${name}`, close: remove.with({ name: `issue ${name}` }) },
    ],
    find: async ({ name }) => (self.world.includes(name) ? { name } : null),
    run: async ({ name }) => {
      if (self.isHeld) throw new RetryLater(50, 'whoever holds it');
      if (self.broken.has(name)) throw new PermanentFailure(`"${name}" cannot be made.`);
      self.world.push(name);
      return { name };
    },
  });
  const look = defineOperation({
    service: 'linear',
    name: 'look',
    input: z.object({}),
    output: z.object({ weather: z.string() }),
    retry: { attempts: 3, delay: '20ms' },
    looks: 'anew',
    run: async () => {
      self.looks += 1;
      return { weather: 'fine' };
    },
  });
  const item = defineStep({
    name: 'do-item',
    run: async ({ item: { title }, perform }) => {
      await perform('begin', make.with({ name: `${title} begun` }));
      await perform('end', make.with({ name: `${title} done` }));
    },
  });
  const ground = defineStage({
    name: 'ground',
    async run({ workflow, perform, performAll, gate }) {
      await perform('look', look.with({}));
      await performAll(['floor', 'wall'], (name) => [name, make.with({ name })]);
      const answer = await gate('plan', {
        gate: 'plan',
        accepts: ['approve', 'reject'],
        waitingOn: 'plan approval',
        answerWithin: workflow.options.approvalDeadlineMs,
      });
      if (answer.type === 'reject') throw new PermanentFailure(`${answer.actor} rejected it`);
    },
  });
  const work = defineStage({
    name: 'work',
    async run({ runSteps }) {
      const items = ids.map((id, index) => ({
        id,
        title: `item ${index + 1}`,
        dependsOn: ids.slice(0, index),
      }));
      const outcomes = await runSteps(item, items, 2);
      const failed = outcomes.find(({ status }) => status !== 'completed');
      if (failed) throw new PermanentFailure(failed.reason ?? 'a step failed');
    },
  });
  const roof = defineStage({
    name: 'roof',
    run: async ({ perform }) => void (await perform('roof', make.with({ name: 'roof' }))),
  });
  const self: Toy = {
    catalogue: {
      stages: [ground, work, roof],
      steps: [item],
      operations: [make, remove, look],
      projections: [],
      maintenance: [],
      eventHandlers: [],
      intake: [],
    },
    world: [],
    broken: new Set(),
    isHeld: false,
    looks: 0,
  };
  return self;
}

/** All that the toy workflow makes. */
export const whole = [
  'floor',
  'item 1 begun',
  'item 1 done',
  'item 2 begun',
  'item 2 done',
  'item 3 begun',
  'item 3 done',
  'roof',
  'wall',
];

/**
 * Operations that a fault test can hold, for worker processes of their own: they tell the test, over the channel of their
 * process, when they are at work.
 */
import { z } from 'zod';
import type { Catalogue } from '../../src/engine/define.ts';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { RetryLater } from '../../src/engine/errors.ts';

export type AtWork = { operation: string; id: string; at: number; pid: number };

const tell = (operation: string, id: string) =>
  process.send?.({ operation, id, at: Date.now(), pid: process.pid } satisfies AtWork);

const repository = z.object({ owner: z.string(), name: z.string() });
const nothing = z.object({});
const retry = { attempts: 3, delay: '1s' } as const;

/** Two calls, the second with an effect that the service does not recognise when it comes twice. */
const readThenAct = defineOperation({
  service: 'agent',
  name: 'read-then-act',
  input: repository,
  output: z.object({ runId: z.string() }),
  retry,
  async find(_, { agent, id }) {
    const run = await agent.find(id);
    return run && { runId: run.id };
  },
  async run(input, { github, agent, id }) {
    tell('read-then-act', id);
    await github.getRepository(input);
    const run = await agent.start({ runKey: id, prompt: 'Say hello.', workspace: null });
    return { runId: run.id };
  },
});

/** At work until its worker is no more. */
const hold = defineOperation({
  service: 'agent',
  name: 'hold',
  input: nothing,
  output: nothing,
  retry,
  timeout: '1h',
  run: (_, { id, signal }) => {
    tell('hold', id);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  },
});

/** Looks at something again and again. */
const look = defineOperation({
  service: 'github',
  name: 'look',
  input: nothing,
  output: nothing,
  retry,
  run: async (_, { id }) => {
    tell('look', id);
    throw new RetryLater(100, 'the world');
  },
});

const stageOf = (name: string, performs: Parameters<typeof defineStage>[0]['run']) =>
  defineStage({ name, run: performs });

const of = (...stages: Catalogue['stages']): Catalogue => ({
  stages,
  steps: [],
  operations: [readThenAct, hold, look],
  projections: [],
  maintenance: [],
  eventHandlers: [],
  intake: [],
});

export const heldCatalogues = {
  readThenAct: of(
    stageOf('held_stage', async ({ perform, workflow }) => {
      await perform('act', readThenAct.with(workflow.repository()));
    }),
  ),
  hold: of(
    stageOf('held_stage', async ({ perform }) => {
      await perform('hold', hold.with({}));
    }),
  ),
  look: of(
    stageOf('held_stage', async ({ perform }) => {
      await perform('look', look.with({}));
    }),
  ),
} satisfies Record<string, Catalogue>;

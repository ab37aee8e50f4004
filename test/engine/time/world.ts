/** An outside world for tests of time: it takes notes, at once or when it is told to answer. */
import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { RetryLater, WaitForPeople } from '../../../src/engine/errors.ts';

export type World = ReturnType<typeof makeWorld>;

export function makeWorld() {
  const notes: string[] = [];
  const held = new Map<string, () => void>();
  /** Texts for which there is no answer for now, and why. */
  const putOff = new Map<string, 'later' | 'people'>();
  const note = defineOperation({
    service: 'github',
    name: 'note',
    input: z.object({ text: z.string() }),
    output: z.object({ text: z.string() }),
    retry: { attempts: 3, delay: '50ms' },
    find: async ({ text }) => (notes.includes(text) ? { text } : null),
    run: async ({ text }) => {
      const why = putOff.get(text);
      if (why === 'later') throw new RetryLater(60_000, 'the world to calm down');
      if (why === 'people') throw new WaitForPeople(300, 'a key for the world');
      if (text.startsWith('held')) {
        await new Promise<void>((resolve) => held.set(text, resolve));
      }
      notes.push(text);
      return { text };
    },
  });
  return { note, notes, held, putOff };
}

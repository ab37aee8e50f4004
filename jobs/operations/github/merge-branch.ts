import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

export const mergeOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('merged'), sha: z.string() }),
  z.object({
    outcome: z.enum(['conflict', 'head-moved', 'blocked']),
    reason: z.string(),
    isBehind: z.boolean().optional(),
  }),
]);

/** Merges one branch into another on GitHub; what is merged already counts as merged. */
export const mergeBranch = defineOperation({
  service: 'github',
  name: 'merge-branch',
  input: z.object({ repository: repositoryName, base: z.string(), head: z.string(), message: z.string() }),
  output: mergeOutcome,
  worked: ({ outcome }) => outcome === 'merged',
  retry: { attempts: 8, delay: '2s' },
  run: ({ repository, ...merge }, { github }) => github.mergeBranch(repository, merge),
});

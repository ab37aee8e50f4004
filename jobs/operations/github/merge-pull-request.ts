import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';
import { mergeOutcome } from './merge-branch.ts';

/**
 * Merges a pull request if its head is still the commit that was validated, and its base the branch that it was meant
 * for; says what stands in the way otherwise.
 */
export const mergePullRequest = defineOperation({
  service: 'github',
  name: 'merge-pull-request',
  version: 2,
  input: z.object({
    repository: repositoryName,
    number: z.int().positive(),
    headSha: z.string(),
    title: z.string(),
    /** The only branch that it may be merged into; whichever it has where null. */
    base: z.string().nullable().default(null),
  }),
  output: mergeOutcome,
  worked: ({ outcome }) => outcome === 'merged',
  clears: ({ number }, { outcome }) =>
    outcome === 'merged' ? [{ kind: 'pull-request', id: String(number) }] : [],
  retry: { attempts: 8, delay: '2s' },
  async find({ repository, number, base }, { github }) {
    const pull = await github.getPullRequest(repository, number);
    return pull.state === 'merged' && (base === null || pull.baseBranch === base)
      ? { outcome: 'merged' as const, sha: pull.mergeCommitSha ?? pull.headSha }
      : null;
  },
  run: ({ repository, number, ...expected }, { github }) =>
    github.mergePullRequest(repository, number, expected),
});

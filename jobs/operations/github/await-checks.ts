import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { RetryLater } from '../../../src/engine/errors.ts';
import { repositoryName } from '../workspace.ts';

/**
 * Waits until every check of a commit has ended, and for the ones that its base branch requires to appear. For others
 * to appear it is given `CHECKS_GRACE_MS`, unless all are there that are known to be required: a quick check may have
 * ended before the next one is there.
 */
export const awaitChecks = defineOperation({
  service: 'github',
  name: 'await-checks',
  version: 2,
  input: z.object({
    repository: repositoryName,
    sha: z.string(),
    baseBranch: z.string(),
    /** Another branch whose required checks count as such where they ran; none is waited for. */
    finalBranch: z.string().nullable().default(null),
  }),
  output: z.object({
    checks: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['success', 'failure', 'neutral']),
        summary: z.string().nullable(),
        isRequired: z.boolean(),
      }),
    ),
  }),
  looks: 'anew',
  retry: { attempts: 20, delay: '2s' },
  async run({ repository, sha, baseBranch, finalBranch }, { github, config, intendedAt }) {
    const checks = await github.listChecks(repository, sha);
    const required = await github.requiredChecks(repository, baseBranch);
    const ofFinal = finalBranch === null ? [] : await github.requiredChecks(repository, finalBranch);
    const counting = [...required, ...ofFinal];
    const pending = checks.filter((check) => check.state === 'pending').map((check) => check.name);
    const absent = required.filter((name) => !checks.some((check) => check.name === name));
    const outstanding = [...pending, ...absent];
    if (outstanding.length > 0) {
      throw new RetryLater(config.pollIntervalMs, `the checks ${outstanding.join(', ')}`);
    }
    const young = Date.now() < intendedAt.getTime() + config.checksGraceMs;
    const isComplete =
      counting.length > 0 && counting.every((name) => checks.some((check) => check.name === name));
    if (young && !isComplete) throw new RetryLater(config.pollIntervalMs, 'more checks to appear');
    return {
      checks: checks.flatMap(({ name, state, summary }) =>
        state === 'pending' ? [] : [{ name, state, summary, isRequired: counting.includes(name) }],
      ),
    };
  },
});

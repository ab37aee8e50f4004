import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { RetryLater } from '../../../src/engine/errors.ts';
import { pullRequest, repositoryName } from '../workspace.ts';

/** How long a pull request may take to show what was pushed to its branch, milliseconds. */
const headLag = 60_000;

const pullRequestNow = pullRequest.extend({
  /** Null where it is not merged. */
  mergeCommitSha: z.string().nullable().default(null),
});

export type PullRequestNow = z.infer<typeof pullRequestNow>;

/** Reads a pull request as it is now. */
export const readPullRequest = defineOperation({
  service: 'github',
  name: 'read-pull-request',
  version: 2,
  input: z.object({
    repository: repositoryName,
    number: z.int().positive(),
    /** What was just pushed to its branch; GitHub shows it a moment later. Whatever it shows where null. */
    head: z.string().nullable().default(null),
  }),
  output: pullRequestNow,
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, number, head }, { github, intendedAt }) {
    const pull = await github.getPullRequest(repository, number);
    const isBehind = head !== null && pull.state === 'open' && pull.headSha !== head;
    // after that it is somebody else's push that it shows
    if (isBehind && Date.now() < intendedAt.getTime() + headLag) {
      throw new RetryLater(2000, `GitHub to show ${head.slice(0, 8)} as the head of pull request #${number}`);
    }
    return pull;
  },
});

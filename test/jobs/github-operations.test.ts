/** What operations make of GitHub's answers, one answer at a time. */
import { describe, expect, test } from 'vitest';
import { readPullRequest } from '../../jobs/operations/github/read-pull-request.ts';
import type { OperationContext } from '../../src/engine/define.ts';
import type { GitHub, PullRequest } from '../../src/integrations/github/port.ts';

const repository = { owner: 'acme', name: 'widgets' };
const [before, pushed] = ['a'.repeat(40), 'b'.repeat(40)];

const pull: PullRequest = {
  number: 7,
  url: 'https://github.com/acme/widgets/pull/7',
  state: 'open',
  title: 'Step 1',
  headBranch: 'gsw/1/step-1',
  headSha: before,
  baseBranch: 'gsw/1/dev',
  mergeable: true,
  mergeCommitSha: null,
  mergedBy: null,
};

/** An operation that was wanted so long ago, on a GitHub that answers so. */
const at = (github: Partial<GitHub>, ageMs = 0) =>
  ({
    github,
    intendedAt: new Date(Date.now() - ageMs),
    config: { pollIntervalMs: 1000, checksGraceMs: 10_000 },
  }) as unknown as OperationContext;

const later = (until: string) => expect.objectContaining({ name: 'RetryLater', message: until });

describe('a pull request whose branch was just pushed to', () => {
  const read = (shown: Partial<PullRequest>, head: string | null, ageMs?: number) =>
    readPullRequest.run(
      { repository, number: 7, head },
      at({ getPullRequest: async () => ({ ...pull, ...shown }) }, ageMs),
    );

  test('is read again until it shows the commit that was pushed', async () => {
    const sentence = 'GitHub to show bbbbbbbb as the head of pull request #7';
    await expect(read({}, pushed)).rejects.toEqual(later(sentence));
    expect(await read({ headSha: pushed }, pushed)).toMatchObject({ headSha: pushed });
  });

  test('is taken as it is after a minute, where it is no longer open, and where nothing was pushed', async () => {
    expect(await read({}, pushed, 61_000)).toMatchObject({ headSha: before });
    expect(await read({ state: 'closed' }, pushed)).toMatchObject({ state: 'closed' });
    expect(await read({}, null)).toMatchObject({ headSha: before });
  });
});

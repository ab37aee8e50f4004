/** What operations make of GitHub's answers, one answer at a time. */
import { describe, expect, test } from 'vitest';
import { adoptPullRequest } from '../../jobs/operations/github/adopt-pull-request.ts';
import { awaitChecks } from '../../jobs/operations/github/await-checks.ts';
import { readPullRequest } from '../../jobs/operations/github/read-pull-request.ts';
import type { OperationContext } from '../../src/engine/define.ts';
import type { Check, GitHub, PullRequest } from '../../src/integrations/github/port.ts';
import { isPullRequestOf } from '../../src/pull-request-url.ts';

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
  isFromElsewhere: false,
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

/** What is there after so long, where these branches require these checks. */
const awaited = (
  states: Record<string, Check['state']>,
  required: Record<string, string[]>,
  ageMs: number,
  finalBranch: string | null = null,
) =>
  awaitChecks.run(
    { repository, sha: pushed, baseBranch: 'gsw/1/dev', finalBranch },
    at(
      {
        listChecks: async () =>
          Object.entries(states).map(([name, state]) => ({ name, state, summary: null, url: null })),
        requiredChecks: async (_repository, branch) => required[branch] ?? [],
      },
      ageMs,
    ),
  );

describe('the checks of a step', () => {
  test('that its base branch does not require, but the final one does, count as required where they ran', async () => {
    const ofMain = { main: ['build', 'e2e'] };
    const checks = { build: 'failure', style: 'failure' } as const;
    expect((await awaited(checks, ofMain, 20_000, 'main')).checks).toMatchObject([
      { name: 'build', isRequired: true },
      { name: 'style', isRequired: false },
    ]);
    expect((await awaited(checks, ofMain, 20_000)).checks).toMatchObject([
      { name: 'build', isRequired: false },
      { name: 'style', isRequired: false },
    ]);
  });

  test('are given their time to appear, also where one has ended already', async () => {
    const more = later('more checks to appear');
    await expect(awaited({}, {}, 5_000)).rejects.toEqual(more);
    await expect(awaited({ dco: 'success' }, {}, 5_000)).rejects.toEqual(more);
    await expect(awaited({ dco: 'success' }, { main: ['build'] }, 5_000, 'main')).rejects.toEqual(more);
    expect((await awaited({ dco: 'success' }, { main: ['build'] }, 11_000, 'main')).checks).toHaveLength(1);
  });

  test('are taken at once where all that are known to be required have ended', async () => {
    const checks = { dco: 'success', build: 'success' } as const;
    expect((await awaited(checks, { main: ['build'] }, 0, 'main')).checks).toHaveLength(2);
    expect((await awaited(checks, { 'gsw/1/dev': ['dco', 'build'] }, 0)).checks).toHaveLength(2);
    await expect(awaited({ ...checks, style: 'pending' }, { main: ['build'] }, 0, 'main')).rejects.toEqual(
      later('the checks style'),
    );
  });

  test('that its base branch requires are waited for', async () => {
    const required = { 'gsw/1/dev': ['build'] };
    await expect(awaited({ style: 'success' }, required, 20_000)).rejects.toEqual(later('the checks build'));
  });
});

describe('a pull request that an agent says it opened', () => {
  const adopt = (shown: Partial<PullRequest>) =>
    adoptPullRequest.run(
      { repository, number: 7, base: 'gsw/1/dev' },
      at({
        getPullRequest: async () => ({ ...pull, baseBranch: 'main', ...shown }),
        retargetPullRequest: async (_repository, _number, baseBranch) => ({ ...pull, ...shown, baseBranch }),
      }),
    );

  test('is pointed at the development branch', async () => {
    expect(await adopt({})).toMatchObject({ number: 7, baseBranch: 'gsw/1/dev' });
  });

  test('is not taken over where it is closed or its branch is in a fork', async () => {
    const refused = (message: string) => expect.objectContaining({ name: 'PermanentFailure', message });
    await expect(adopt({ state: 'closed' })).rejects.toEqual(refused('Pull request #7 is closed.'));
    await expect(adopt({ isFromElsewhere: true })).rejects.toEqual(
      refused('The branch of pull request #7 is in another repository.'),
    );
  });

  test.each([
    ['https://github.com/acme/widgets/pull/7', true],
    ['https://GitHub.com/Acme/Widgets/pull/7/files#diff', true],
    ['https://git.acme.example/github/acme/widgets/pull/7?w=1', true],
    ['https://github.com/acme/gadgets/pull/7', false],
    ['https://github.com/somebody/widgets/pull/7', false],
    ['https://github.com/acme/widgets/pull/7x', false],
    ['https://github.com/acme/widgets/issues/7', false],
  ])('at %s is one of acme/widgets: %s', (url, isOurs) => {
    expect(isPullRequestOf(repository, url)).toBe(isOurs);
  });
});

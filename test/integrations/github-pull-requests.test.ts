import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { contractFetch } from '../support/github-contract.ts';
import {
  connectTo,
  failureOf,
  type GitHubScene,
  token,
  useGitHubSandbox,
} from '../support/github-sandbox.ts';

let sandbox: GitHubScene['sandbox'];
let github: GitHubScene['github'];
let repo: GitHubScene['repo'];
let clone: GitHubScene['clone'];
let main: GitHubScene['main'];
let openFeature: GitHubScene['openFeature'];

useGitHubSandbox((scene) => {
  ({ sandbox, github, repo, clone, main, openFeature } = scene);
});

describe('pull requests', () => {
  test('a pull request is opened, found and read', async () => {
    const headSha = await clone.pushFile('feature', 'a.txt', 'a\n');
    const by = { head: 'feature', base: 'main' };
    expect(await github.findPullRequest(repo, by)).toBeNull();
    const opened = await github.openPullRequest(repo, { ...by, title: 'Feature', body: 'Why' });
    expect(opened).toEqual({
      number: 1,
      url: `${sandbox.url}/octo/${repo.name}/pull/1`,
      state: 'open',
      title: 'Feature',
      headBranch: 'feature',
      headSha,
      baseBranch: 'main',
      isFromElsewhere: false,
      mergeable: null,
      mergeCommitSha: null,
      mergedBy: null,
    });
    expect(await github.findPullRequest(repo, by)).toEqual(opened);
    expect(await github.getPullRequest(repo, 1)).toEqual({ ...opened, mergeable: true });
  });

  test('opening a pull request twice gives the one that is open', async () => {
    const first = await openFeature();
    const again = await github.openPullRequest(repo, {
      head: 'feature',
      base: 'main',
      title: 'Other',
      body: '',
    });
    expect(again).toEqual(first);
    expect(await sandbox.pullRequests(repo)).toHaveLength(1);
  });

  test('a pull request without commits is a permanent failure with what GitHub says', async () => {
    await github.createBranch(repo, { name: 'empty', sha: main });
    const failure = await failureOf(
      github.openPullRequest(repo, { head: 'empty', base: 'main', title: 'Nothing', body: '' }),
    );
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toContain('Validation Failed: No commits between main and empty');
  });

  test('an open pull request is preferred to an older or newer closed one', async () => {
    const first = await openFeature();
    await github.deleteBranch(repo, 'feature');
    expect((await github.findPullRequest(repo, { head: 'feature', base: 'main' }))?.state).toBe('closed');
    const second = await openFeature('feature.txt', 'newer\n');
    expect(second.number).not.toBe(first.number);
    expect(await github.findPullRequest(repo, { head: 'feature', base: 'main' })).toEqual(second);
  });

  test('a pull request is pointed at another base', async () => {
    await openFeature();
    await github.createBranch(repo, { name: 'dev', sha: main });
    expect(await github.retargetPullRequest(repo, 1, 'dev')).toMatchObject({ number: 1, baseBranch: 'dev' });
  });

  test('the changed files come with status, counts and patch', async () => {
    await clone.pushFile('feature', 'docs/a.txt', 'one\ntwo\n');
    await clone.git('rm', '--quiet', 'src/title-case.js');
    await clone.git('mv', 'src/greet.js', 'src/hello.js');
    await clone.git('commit', '--quiet', '--message', 'Move');
    await clone.git('push', '--quiet', 'origin', 'feature');
    await openFeature('binary.dat', 'a\0b');
    const files = await github.listChangedFiles(repo, 1);
    expect(files.map(({ path: name, status }) => `${status} ${name}`).sort()).toEqual([
      'added binary.dat',
      'added docs/a.txt',
      'removed src/title-case.js',
      'renamed src/hello.js',
    ]);
    expect(files.find(({ path: name }) => name === 'docs/a.txt')).toEqual({
      path: 'docs/a.txt',
      status: 'added',
      additions: 2,
      deletions: 0,
      patch: '@@ -0,0 +1,2 @@\n+one\n+two',
    });
    expect(files.find(({ path: name }) => name === 'binary.dat')?.patch).toBeUndefined();
  });

  test('more than one page of changed files is read to the end', async () => {
    await clone.git('checkout', '--quiet', '-b', 'feature');
    await Promise.all(
      Array.from({ length: 104 }, (_, n) => writeFile(path.join(clone.folder, `f${n}.txt`), `${n}\n`)),
    );
    await openFeature();
    expect(await github.listChangedFiles(repo, 1)).toHaveLength(105);
  });
});

describe('merging a pull request', () => {
  test('it is merged with the title as commit subject, and merging again says the same', async () => {
    const { number, headSha } = await openFeature();
    const merged = await github.mergePullRequest(repo, number, { headSha, title: 'Feature (#1)' });
    expect(merged).toEqual({ outcome: 'merged', sha: (await github.getBranch(repo, 'main'))?.sha });
    await clone.git('fetch', '--quiet');
    expect(await clone.git('log', '-1', '--format=%P %s', 'origin/main')).toBe(
      `${main} ${headSha} Feature (#1)`,
    );
    expect(await github.getPullRequest(repo, number)).toMatchObject({
      state: 'merged',
      mergeCommitSha: merged.outcome === 'merged' && merged.sha,
    });
    expect(await github.mergePullRequest(repo, number, { headSha, title: 'Feature (#1)' })).toEqual(merged);
  });

  test('it is squashed where the repository allows no merge commits', async () => {
    const { number, headSha } = await openFeature();
    await sandbox.squashOnly(repo);
    const merged = await github.mergePullRequest(repo, number, { headSha, title: 'Feature (#1)' });
    expect(merged).toEqual({ outcome: 'merged', sha: (await github.getBranch(repo, 'main'))?.sha });
    await clone.git('fetch', '--quiet');
    expect(await clone.git('log', '-1', '--format=%P %s', 'origin/main')).toBe(`${main} Feature (#1)`);
  });

  test.each([
    [{ linear: 'rule' }, []],
    [{ linear: 'protection' }, []],
    [{ ways: ['squash'] }, []],
    // its refusal tells
    [{ linear: 'protection' }, ['main/protection']],
  ] as const)(
    'it is squashed where %o is asked of the branch alone, also unseen: %o',
    async (rules, unseen) => {
      const { number, headSha } = await openFeature();
      await sandbox.ruleMerges(repo, 'main', rules);
      const sighted: typeof fetch = async (input, init) =>
        unseen.some((place) => String(input).endsWith(place))
          ? Response.json({ message: 'Resource not accessible by integration' }, { status: 403 })
          : contractFetch(input, init);
      const merge = { headSha, title: 'Feature (#1)' };
      const merged = await connectTo(sandbox, token, sighted).mergePullRequest(repo, number, merge);
      expect(merged).toEqual({ outcome: 'merged', sha: (await github.getBranch(repo, 'main'))?.sha });
      await clone.git('fetch', '--quiet');
      expect(await clone.git('log', '-1', '--format=%P %s', 'origin/main')).toBe(`${main} Feature (#1)`);
    },
  );

  test.each([
    [{}, 'merge'],
    [{ allow_merge_commit: false }, 'squash'],
    [{ allow_merge_commit: false, allow_squash_merge: false }, 'rebase'],
    [{ allow_merge_commit: true, allow_squash_merge: false, allow_rebase_merge: false }, 'merge'],
  ])('of a repository that tells %o, the way is to %s', async (told, method) => {
    await openFeature();
    const asked: unknown[] = [];
    const telling: typeof fetch = async (input, init) => {
      if (init?.method === 'PUT') {
        asked.push(JSON.parse(String(init.body)).merge_method);
        return Response.json({ sha: main, merged: true, message: 'Merged' });
      }
      return String(input).endsWith(`/repos/octo/${repo.name}`)
        ? Response.json(told)
        : contractFetch(input, init);
    };
    const { outcome } = await connectTo(sandbox, token, telling).mergePullRequest(repo, 1, {
      headSha: main,
      title: 'Feature',
    });
    expect([outcome, asked]).toEqual(['merged', [method]]);
  });

  test('a head that moved since it was checked is not merged', async () => {
    const { number, headSha } = await openFeature();
    await clone.pushFile('feature', 'late.txt', 'late\n');
    expect(await github.mergePullRequest(repo, number, { headSha, title: 'Feature' })).toEqual({
      outcome: 'head-moved',
      reason: 'Head branch was modified. Review and try the merge again.',
    });
  });

  test('a conflict with the base is told as such', async () => {
    const { number, headSha } = await openFeature('README.md', 'feature\n');
    await clone.pushFile('main', 'README.md', 'main\n');
    expect((await github.getPullRequest(repo, number)).mergeable).toBe(false);
    expect(await github.mergePullRequest(repo, number, { headSha, title: 'Feature' })).toEqual({
      outcome: 'conflict',
      reason: 'Pull Request is not mergeable',
    });
  });

  test('one that was pointed at another branch is not merged into that, and says so', async () => {
    const { number, headSha } = await openFeature();
    await github.createBranch(repo, { name: 'dev', sha: main });
    const merge = { headSha, title: 'Feature', base: 'dev' };
    expect(await github.mergePullRequest(repo, number, merge)).toEqual({
      outcome: 'blocked',
      reason: 'it would be merged into main instead of dev, for its base was changed',
    });
    expect((await github.getBranch(repo, 'main'))?.sha).toBe(main);
    await github.mergePullRequest(repo, number, { ...merge, base: 'main' });
    expect(await github.mergePullRequest(repo, number, merge)).toEqual({
      outcome: 'blocked',
      reason: 'it was merged into main instead of dev, for its base was changed',
    });
  });

  test('a required check that has not passed blocks it, in GitHub’s words', async () => {
    await sandbox.protect(repo, 'main', ['ci/build']);
    const { number, headSha } = await openFeature();
    expect(await github.mergePullRequest(repo, number, { headSha, title: 'Feature' })).toEqual({
      outcome: 'blocked',
      reason: 'Required status check "ci/build" is expected.',
    });
  });

  test('a closed pull request is blocked', async () => {
    const { number, headSha } = await openFeature();
    await github.deleteBranch(repo, 'feature');
    expect(await github.mergePullRequest(repo, number, { headSha, title: 'Feature' })).toMatchObject({
      outcome: 'blocked',
    });
  });
});

import { describe, expect, test } from 'vitest';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { contractFetch } from '../support/github-contract.ts';
import {
  connectTo,
  failureOf,
  type GitHubScene,
  otherToken,
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

describe('repositories and branches', () => {
  test('a repository is described in our words', async () => {
    expect(await github.getRepository(repo)).toEqual({
      id: expect.stringMatching(/^\d+$/),
      owner: 'octo',
      name: repo.name,
      fullName: `octo/${repo.name}`,
      description: null,
      defaultBranch: 'main',
      isPrivate: false,
      isArchived: false,
      url: `${sandbox.url}/octo/${repo.name}`,
      cloneUrl: `${sandbox.url}/octo/${repo.name}.git`,
      language: 'JavaScript',
      topics: [],
      pushedAt: expect.stringMatching(/^\d{4}-/),
    });
  });

  test('a repository that does not exist is a permanent failure that names it, whatever is asked of it', async () => {
    const nowhere = { owner: 'octo', name: 'nowhere' };
    const sentence = 'GitHub repository octo/nowhere does not exist or the token cannot see it';
    for (const ask of [github.getRepository(nowhere), github.getBranch(nowhere, 'main')]) {
      const failure = await failureOf(ask);
      expect(failure).toBeInstanceOf(PermanentFailure);
      expect(failure.message).toBe(sentence);
    }
    expect(await failureOf(github.createComment(nowhere, 1, 'hello'))).toBeInstanceOf(PermanentFailure);
  });

  test('a branch is created, read and deleted, and a missing one is null', async () => {
    const branch = { name: 'feature/with/slashes', sha: main };
    expect(await github.getBranch(repo, branch.name)).toBeNull();
    expect(await github.createBranch(repo, branch)).toEqual(branch);
    expect(await github.getBranch(repo, branch.name)).toEqual(branch);
    await github.deleteBranch(repo, branch.name);
    expect(await github.getBranch(repo, branch.name)).toBeNull();
  });

  test('a branch that exists at the same commit counts as created, at another it fails permanently', async () => {
    await github.createBranch(repo, { name: 'feature', sha: main });
    expect(await github.createBranch(repo, { name: 'feature', sha: main })).toEqual({
      name: 'feature',
      sha: main,
    });
    const moved = await clone.pushFile('feature', 'a.txt', 'a\n');
    const failure = await failureOf(github.createBranch(repo, { name: 'feature', sha: main }));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toBe(
      `Branch feature of octo/${repo.name} already exists at ${moved}, not at ${main}`,
    );
  });

  test('a branch from an unknown commit is a permanent failure with what GitHub says', async () => {
    const failure = await failureOf(github.createBranch(repo, { name: 'feature', sha: 'a'.repeat(40) }));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toContain('Object does not exist');
  });

  test('deleting a branch that is gone succeeds, one that GitHub keeps is a permanent failure', async () => {
    await github.deleteBranch(repo, 'gone');
    expect(await failureOf(github.deleteBranch(repo, 'main'))).toBeInstanceOf(PermanentFailure);
  });

  test('a branch is merged into another on the server, and again with nothing to merge', async () => {
    await github.createBranch(repo, { name: 'dev', sha: main });
    const head = await clone.pushFile('feature', 'a.txt', 'a\n');
    const merge = { base: 'dev', head: 'feature', message: 'Bring in the feature' };
    const merged = await github.mergeBranch(repo, merge);
    const dev = await github.getBranch(repo, 'dev');
    expect(merged).toEqual({ outcome: 'merged', sha: dev?.sha });
    await clone.git('fetch', '--quiet');
    expect(await clone.git('log', '-1', '--format=%P %s', 'origin/dev')).toBe(
      `${main} ${head} Bring in the feature`,
    );
    expect(await github.mergeBranch(repo, merge)).toEqual(merged);
    expect(await github.mergeBranch(repo, { ...merge, head })).toEqual(merged);
  });

  test('branches that change the same line are a conflict', async () => {
    await clone.pushFile('one', 'README.md', 'one\n');
    await clone.pushFile('two', 'README.md', 'two\n');
    expect(await github.mergeBranch(repo, { base: 'one', head: 'two', message: 'm' })).toEqual({
      outcome: 'conflict',
      reason: 'two does not merge into one: Merge conflict',
    });
  });

  test('merging a branch that does not exist is a permanent failure', async () => {
    const failure = await failureOf(github.mergeBranch(repo, { base: 'main', head: 'gone', message: 'm' }));
    expect(failure).toBeInstanceOf(PermanentFailure);
  });
});

describe('checks', () => {
  const post = async (route: string, body: object, as = token) => {
    const response = await contractFetch(`${sandbox.url}/repos/octo/${repo.name}/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${as}` },
      body: JSON.stringify(body),
    });
    expect(await response.json()).not.toHaveProperty('message');
  };

  test('check runs and commit statuses are one list, the newest of each suite and context', async () => {
    expect(await github.listChecks(repo, main)).toEqual([]);
    await post(`statuses/${main}`, { state: 'pending', context: 'ci/build' });
    await post(`statuses/${main}`, { state: 'error', context: 'ci/build', description: 'Broken' });
    await post('check-runs', { name: 'lint', head_sha: main, status: 'in_progress' });
    await post('check-runs', { name: 'test', head_sha: main, conclusion: 'timed_out' });
    await post('check-runs', {
      name: 'test',
      head_sha: main,
      conclusion: 'success',
      output: { title: '12 passed', summary: 'All well' },
    });
    await post('check-runs', { name: 'optional', head_sha: main, conclusion: 'skipped' });
    const checks = await github.listChecks(repo, main);
    expect(checks.map(({ name, state, summary }) => [name, state, summary]).sort()).toEqual([
      ['ci/build', 'failure', 'Broken'],
      ['lint', 'pending', null],
      ['optional', 'neutral', null],
      ['test', 'success', '12 passed'],
    ]);
  });

  test.each([
    [{ status: 'in_progress' }, { conclusion: 'success' }, 'pending'],
    [{ conclusion: 'failure' }, { conclusion: 'success' }, 'failure'],
    [{ status: 'queued' }, { conclusion: 'failure' }, 'pending'],
    [{ conclusion: 'failure' }, { conclusion: 'skipped' }, 'failure'],
    [{ conclusion: 'skipped' }, { conclusion: 'success' }, 'neutral'],
  ])(
    'of check runs of two suites that share a name, %o is not hidden by %o, whichever came last',
    async (worse, better, state) => {
      for (const [name, first, last] of [
        ['build', worse, better],
        ['test', better, worse],
      ] as const) {
        await post('check-runs', { name, head_sha: main, ...first });
        await post('check-runs', { name, head_sha: main, ...last }, otherToken);
      }
      const checks = await github.listChecks(repo, main);
      expect(checks.map((check) => [check.name, check.state]).sort()).toEqual([
        ['build', state],
        ['test', state],
      ]);
    },
  );

  test('a check run is not hidden by a commit status of its name, nor the other way round', async () => {
    await post('check-runs', { name: 'build', head_sha: main, conclusion: 'failure' });
    await post(`statuses/${main}`, { state: 'success', context: 'build' });
    await post('check-runs', { name: 'test', head_sha: main, conclusion: 'success' });
    await post(`statuses/${main}`, { state: 'pending', context: 'test' });
    const checks = await github.listChecks(repo, main);
    expect(checks.map(({ name, state }) => [name, state]).sort()).toEqual([
      ['build', 'failure'],
      ['test', 'pending'],
    ]);
  });

  test('more than one page of each is read to the end', async () => {
    for (let n = 0; n < 101; n += 1) {
      await post(`statuses/${main}`, { state: 'success', context: `status-${n}` });
      await post('check-runs', { name: `run-${n}`, head_sha: main, conclusion: 'success' });
    }
    expect(await github.listChecks(repo, main)).toHaveLength(202);
  });

  test('the required checks of a protected branch are named, an unprotected one has none', async () => {
    await sandbox.protect(repo, 'main', ['ci/build', 'lint']);
    expect(await github.requiredChecks(repo, 'main')).toEqual(['ci/build', 'lint']);
    expect(await github.requiredChecks(repo, 'dev')).toEqual([]);
  });

  test('what a ruleset requires is named as well, each check once', async () => {
    await sandbox.rule(repo, 'main', ['lint', 'test']);
    expect(await github.requiredChecks(repo, 'main')).toEqual(['lint', 'test']);
    await sandbox.protect(repo, 'main', ['ci/build', 'lint']);
    expect(await github.requiredChecks(repo, 'main')).toEqual(['lint', 'test', 'ci/build']);
  });
});

describe('comments', () => {
  test('an own comment is found by its marker, beyond the first page', async () => {
    await openFeature();
    expect(await github.findComment(repo, 1, '<!-- gsw:key -->')).toBeNull();
    for (let n = 0; n < 100; n += 1) await github.createComment(repo, 1, `Comment ${n}`);
    const comment = await github.createComment(repo, 1, 'Done.\n<!-- gsw:key -->');
    expect(comment.url).toContain('/pull/1#issuecomment-');
    expect(await github.findComment(repo, 1, '<!-- gsw:key -->')).toEqual(comment);
  });

  test('of a whole repository, those since a moment are listed with who wrote them, beyond the first page', async () => {
    await openFeature();
    await github.createComment(repo, 1, 'before');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const since = new Date(Math.floor(Date.now() / 1000) * 1000);
    for (let n = 0; n < 101; n += 1) await github.createComment(repo, 1, `Comment ${n}`);
    const listed = await github.listComments(repo, since);
    expect(listed.map(({ body }) => body)).toEqual(Array.from({ length: 101 }, (_, n) => `Comment ${n}`));
    expect(listed[0]).toMatchObject({ number: 1, isOfPullRequest: true, association: 'OWNER' });
    expect(listed[0]?.author?.login).toMatch(/./);
    expect(listed.every(({ writtenAt }) => writtenAt >= since)).toBe(true);
  });

  test('issues that were given a label or to somebody are found in all repositories of an owner, with who did so', async () => {
    const post = (path: string, body: object, as = token) =>
      contractFetch(`${sandbox.url}/repos/${repo.owner}/${repo.name}/${path}`, {
        method: 'POST',
        headers: { authorization: `token ${as}` },
        body: JSON.stringify(body),
      }).then((answer) => answer.json());
    const label = `go "${repo.name}"`;
    const since = new Date(Math.floor(Date.now() / 1000) * 1000);
    await post('issues', { title: 'Nobody’s' });
    const { number } = await post('issues', { title: 'Ours', body: 'Do it.' });
    await post(`issues/${number}/labels`, { labels: ['bug', label] }, otherToken);
    await post('issues', { title: 'Hers', assignees: [`ada-${repo.name}`] });

    const [found, ...more] = await github.listGivenIssues({ owner: repo.owner }, { label }, since);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ repository: repo, number, title: 'Ours', body: 'Do it.' });
    expect(found?.givenBy).toMatch(/./);
    expect(found?.givenAt.getTime()).toBeGreaterThanOrEqual(since.getTime());
    const hers = await github.listGivenIssues({ owner: 'OCTO' }, { assignee: `ada-${repo.name}` }, since);
    expect(hers.map(({ title }) => title)).toEqual(['Hers']);
    expect(hers[0]?.givenBy).not.toBe(found?.givenBy);

    // touched since, but given before
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const afterwards = new Date(Math.floor(Date.now() / 1000) * 1000);
    await post(`issues/${number}/labels`, { labels: ['later'] });
    expect(await github.listGivenIssues({ owner: repo.owner }, { label }, afterwards)).toEqual([]);
    expect(await github.listGivenIssues({ owner: 'nobody' }, { label }, since)).toEqual([]);
  });

  test('somebody else’s comment with the marker is not ours', async () => {
    await openFeature();
    await connectTo(sandbox, otherToken).createComment(repo, 1, 'copied <!-- gsw:key -->');
    expect(await github.findComment(repo, 1, '<!-- gsw:key -->')).toBeNull();
  });
});

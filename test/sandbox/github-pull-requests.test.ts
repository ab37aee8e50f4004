import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CiRequest } from '../../src/sandbox/github/ci.ts';
import { startGitHubSandbox } from '../../src/sandbox/github/server.ts';
import { GitClone } from '../support/git-clone.ts';
import {
  askGitHub,
  connectTo,
  type GitHubScene,
  token,
  useGitHubSandbox,
} from '../support/github-sandbox.ts';

let folder: GitHubScene['folder'];
let sandbox: GitHubScene['sandbox'];
let repo: GitHubScene['repo'];
let clone: GitHubScene['clone'];
let main: GitHubScene['main'];

useGitHubSandbox((scene) => {
  ({ folder, sandbox, repo, clone, main } = scene);
});

const ask = (...rest: [method: string, route: string, body?: object, headers?: Record<string, string>]) =>
  askGitHub({ sandbox, repo }, ...rest);

const feature = { title: 'Feature', head: 'feature', base: 'main' };

describe('pull requests', () => {
  beforeEach(async () => {
    await clone.pushFile('feature', 'a.txt', 'a\n');
  });

  test('a second one for the same branches is refused, even at the same moment', async () => {
    const replies = await Promise.all([ask('POST', 'pulls', feature), ask('POST', 'pulls', feature)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect(replies.find(({ status }) => status === 422)?.body).toMatchObject({
      message: 'Validation Failed',
      errors: [
        {
          resource: 'PullRequest',
          code: 'custom',
          message: 'A pull request already exists for octo:feature.',
        },
      ],
    });
  });

  test('branches that are missing or hold nothing new are refused', async () => {
    await ask('POST', 'git/refs', { ref: 'refs/heads/empty', sha: main });
    const errors = async (change: object) =>
      (await ask('POST', 'pulls', { ...feature, ...change })).body.errors;
    expect(await errors({ head: 'empty' })).toMatchObject([{ message: 'No commits between main and empty' }]);
    expect(await errors({ head: 'gone' })).toMatchObject([{ field: 'head', code: 'invalid' }]);
    expect(await errors({ base: 'gone' })).toMatchObject([{ field: 'base', code: 'invalid' }]);
    expect(await errors({ title: '' })).toMatchObject([{ field: 'title', code: 'missing_field' }]);
  });

  test('its head follows the branch, and it closes when the branch is deleted', async () => {
    await ask('POST', 'pulls', feature);
    const moved = await clone.pushFile('feature', 'b.txt', 'b\n');
    expect((await ask('GET', 'pulls/1')).body.head.sha).toBe(moved);
    await clone.git('push', '--quiet', 'origin', '--delete', 'feature');
    expect((await ask('GET', 'pulls/1')).body).toMatchObject({
      state: 'closed',
      merged: false,
      head: { sha: moved },
    });
    expect((await ask('PATCH', 'pulls/1', { state: 'open' })).status).toBe(422);
  });

  test('whether it can be merged is not known at once, and then what git says', async () => {
    expect((await ask('POST', 'pulls', feature)).body.mergeable).toBeNull();
    expect((await ask('GET', 'pulls/1')).body).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
    await clone.pushFile('main', 'a.txt', 'another\n');
    expect((await ask('GET', 'pulls/1')).body).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    expect(await ask('PUT', 'pulls/1/merge')).toMatchObject({
      status: 405,
      body: { message: 'Pull Request is not mergeable' },
    });
  });

  test('a stale sha is 409 and merges nothing', async () => {
    await ask('POST', 'pulls', feature);
    expect(await ask('PUT', 'pulls/1/merge', { sha: main })).toMatchObject({
      status: 409,
      body: { message: 'Head branch was modified. Review and try the merge again.' },
    });
    expect((await sandbox.branches(repo)).main).toBe(main);
  });

  test('a merge makes a merge commit, closes it as merged, and a second one is 405', async () => {
    await ask('POST', 'pulls', feature);
    const { body: merge } = await ask('PUT', 'pulls/1/merge');
    expect((await sandbox.branches(repo)).main).toBe(merge.sha);
    const { body: commit } = await ask('GET', `commits/${merge.sha}`);
    expect(commit.commit.message).toBe('Merge pull request #1 from octo/feature\n\nFeature');
    expect(commit.parents).toHaveLength(2);
    expect((await ask('GET', 'pulls/1')).body).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merge.sha,
      changed_files: 1,
    });
    expect((await ask('PUT', 'pulls/1/merge')).status).toBe(405);
  });

  test('one whose commits reach the base by another way counts as merged', async () => {
    await ask('POST', 'pulls', feature);
    const { body } = await ask('POST', 'merges', { base: 'main', head: 'feature' });
    expect((await ask('GET', 'pulls/1')).body).toMatchObject({ merged: true, merge_commit_sha: body.sha });
  });

  test('one on top of another moves down when that is merged and its branch deleted', async () => {
    await clone.pushFile('second', 'b.txt', 'b\n', 'origin/feature');
    await ask('POST', 'pulls', feature);
    await ask('POST', 'pulls', { title: 'Second', head: 'second', base: 'feature' });
    await ask('PUT', 'pulls/1/merge');
    await ask('DELETE', 'git/refs/heads%2Ffeature');
    expect((await ask('GET', 'pulls/2')).body).toMatchObject({ state: 'open', base: { ref: 'main' } });
  });
});

describe('continuous integration', () => {
  const start = (name: string, options: object) =>
    startGitHubSandbox({ dataDir: path.join(folder, name), tokens: [token], ...options });

  /** The statuses of the head of pull request 1, once the newest is no longer pending. */
  async function finished(): Promise<string[]> {
    const { body: pull } = await ask('GET', 'pulls/1');
    for (;;) {
      const { body } = await ask('GET', `commits/${pull.head.sha}/statuses`);
      const states = body.map(({ state }: { state: string }) => state);
      if (states[0] !== 'pending') return states.reverse();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('each new head gets a pending status and then the verdict of git diff --check', async () => {
    const other = sandbox;
    sandbox = await start('ci', { ciDelayMs: 50 });
    try {
      await sandbox.addRepository(repo);
      clone = await GitClone.of(await connectTo(sandbox).gitRemote(repo), path.join(folder, 'ci-clone'));
      await clone.pushFile('feature', 'a.txt', 'a\n');
      await ask('POST', 'pulls', feature);
      expect(await finished()).toEqual(['pending', 'success']);
      await clone.pushFile('feature', 'a.txt', '<<<<<<< HEAD\nblank at the end \n');
      expect(await finished()).toEqual(['pending', 'failure']);
    } finally {
      await sandbox.close();
      sandbox = other;
    }
  });

  test('a run that was cut off by a restart is finished by the next sandbox, with all that was kept', async () => {
    const other = sandbox;
    const seen: CiRequest[] = [];
    sandbox = await start('restart', { ciDelayMs: 60_000 });
    try {
      await sandbox.addRepository(repo);
      clone = await GitClone.of(await connectTo(sandbox).gitRemote(repo), path.join(folder, 'restart-clone'));
      const sha = await clone.pushFile('feature', 'a.txt', 'a\n');
      await ask('POST', 'pulls', feature);
      await ask('POST', 'issues/1/comments', { body: 'hello' });
      await sandbox.close();
      const ci = async (request: CiRequest) => {
        seen.push(request);
        return 'failure';
      };
      sandbox = await start('restart', { ci, ciDelayMs: 0 });
      expect(await finished()).toEqual(['pending', 'failure']);
      expect(seen).toMatchObject([{ owner: 'octo', name: repo.name, sha, branch: 'feature', base: 'main' }]);
      expect(await sandbox.comments()).toMatchObject([{ issue: 1, body: 'hello', author: 'sandbox-bot' }]);
      await ask('PATCH', 'pulls/1', { state: 'closed' });
      expect((await ask('POST', 'pulls', feature)).body.number).toBe(2);
    } finally {
      await sandbox.close();
      sandbox = other;
    }
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CiRequest } from '../../src/sandbox/github/ci.ts';
import { type GitHubSandbox, startGitHubSandbox } from '../../src/sandbox/github/server.ts';
import { GitClone } from '../support/git-clone.ts';
import { checkedCalls, contractFetch } from '../support/github-contract.ts';

const token = 'ghp_sandbox';

let root: string;
let sandbox: GitHubSandbox;
let repo: { owner: string; name: string };
let clone: GitClone;
let main: string;
let count = 0;

// biome-ignore lint/suspicious/noExplicitAny: the contract has checked the shape already
type Reply = { status: number; headers: Headers; body: any };

/** A request with the contract at both ends; `path` is below the repository unless it starts with a slash. */
async function ask(
  method: string,
  route: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const place = route.startsWith('/') ? route : `/repos/octo/${repo.name}${route && `/${route}`}`;
  const response = await contractFetch(sandbox.url + place, {
    method,
    headers: { authorization: `token ${token}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

function remoteOf(name: { owner: string; name: string }, as = token) {
  const credentials = Buffer.from(`x-access-token:${as}`).toString('base64');
  return {
    url: `${sandbox.gitUrl}/${name.owner}/${name.name}.git`,
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${sandbox.gitUrl}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
      GIT_TERMINAL_PROMPT: '0',
    },
  };
}

const feature = { title: 'Feature', head: 'feature', base: 'main' };

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gsw-sandbox-'));
  sandbox = await startGitHubSandbox({ dataDir: path.join(root, 'github'), tokens: [token], ci: false });
});

beforeEach(async () => {
  count += 1;
  repo = { owner: 'octo', name: `greeter-${count}` };
  await sandbox.addRepository(repo);
  clone = await GitClone.of(remoteOf(repo), path.join(root, `clone-${count}`));
  main = (await sandbox.branches(repo)).main ?? '';
});

afterEach(() => sandbox.faults.clear());

afterAll(async () => {
  await sandbox?.close();
  await rm(root, { recursive: true, force: true });
});

describe('every route answers as GitHub’s published document says', () => {
  test('reading and writing through all of them', async () => {
    const head = await clone.pushFile('feature', 'docs/a.txt', 'a\n');
    await ask('GET', '');
    await ask('GET', '/user');
    await ask('GET', '/user/repos');
    await ask('GET', '/rate_limit');
    await ask('GET', 'branches');
    await ask('GET', 'branches/main');
    await sandbox.protect(repo, 'main', ['ci/build']);
    await ask('GET', 'branches/main');
    await ask('GET', 'branches/main/protection/required_status_checks');
    await ask('GET', 'git/ref/heads%2Fmain');
    await ask('GET', 'git/matching-refs/heads%2Ff');
    await ask('POST', 'git/refs', { ref: 'refs/heads/side', sha: main });
    await ask('PATCH', 'git/refs/heads%2Fside', { sha: head });
    await ask('DELETE', 'git/refs/heads%2Fside');
    await ask('GET', `commits/${head}`);
    await ask('GET', 'compare/main...feature');
    await ask('GET', 'contents/README.md');
    await ask('GET', 'git/trees/main?recursive=1');
    await ask('POST', 'pulls', { ...feature, body: 'Why' });
    await ask('GET', 'pulls?state=all&head=octo:feature&base=main');
    await ask('PATCH', 'pulls/1', { title: 'Better title' });
    await ask('GET', 'pulls/1/files');
    await ask('GET', 'pulls/1/commits');
    const { body: comment } = await ask('POST', 'issues/1/comments', { body: 'hello' });
    await ask('GET', 'issues/1/comments');
    await ask('PATCH', `issues/comments/${comment.id}`, { body: 'hello again' });
    await ask('POST', `statuses/${head}`, { state: 'success', context: 'ci/build' });
    await ask('GET', `commits/${head}/status`);
    await ask('GET', `commits/${head}/statuses`);
    const { body: run } = await ask('POST', 'check-runs', { name: 'lint', head_sha: head });
    await ask('PATCH', `check-runs/${run.id}`, { status: 'completed', conclusion: 'success' });
    await ask('GET', `commits/${head}/check-runs`);
    await ask('GET', 'pulls/1');
    await ask('GET', 'pulls/1/merge');
    await ask('PUT', 'pulls/1/merge', { sha: head, merge_method: 'squash' });
    await ask('GET', 'pulls/1/merge');
    await ask('POST', 'merges', { base: 'main', head: 'feature' });
    const successes = [...checkedCalls].filter((call) => /20\d$/.test(call));
    expect(successes).toHaveLength(34);
  });

  test('the contract refuses what the document does not allow', async () => {
    const liar = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"id": 1}');
    });
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
    await expect(contractFetch(`${url}/repos/o/r`)).rejects.toThrow('must have required property');
    liar.close();
    await expect(ask('POST', 'pulls', { ...feature, titel: 'x' })).rejects.toThrow('no field titel');
    await expect(ask('POST', 'pulls', { title: 'x' })).rejects.toThrow("must have required property 'head'");
    await expect(ask('GET', 'pulls?status=all')).rejects.toThrow('no parameter status');
    await expect(ask('GET', 'pull/1')).rejects.toThrow('GitHub has no GET');
  });

  test('a route that is not played says so', async () => {
    const response = await fetch(`${sandbox.url}/repos/octo/${repo.name}/stargazers`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(501);
  });
});

describe('who may ask', () => {
  test('a missing or unknown token is 401, over git too', async () => {
    const missing = await contractFetch(`${sandbox.url}/user`);
    expect(missing.status).toBe(401);
    const unknown = await ask('GET', '/user', undefined, { authorization: 'Bearer ghp_nobody' });
    expect(unknown).toMatchObject({
      status: 401,
      body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
    });
    await expect(
      GitClone.of(remoteOf(repo, 'ghp_nobody'), path.join(root, `refused-${count}`)),
    ).rejects.toThrow();
  });

  test('an unknown repository is 404, and names are the same in any case', async () => {
    expect(await ask('GET', '/repos/octo/nowhere')).toMatchObject({
      status: 404,
      body: { message: 'Not Found' },
    });
    expect((await ask('GET', `/repos/OCTO/${repo.name.toUpperCase()}`)).body.full_name).toBe(
      `octo/${repo.name}`,
    );
  });

  test('each answer says what is left of the hourly allowance and which request it was', async () => {
    const { headers } = await ask('GET', '');
    expect(Number(headers.get('x-ratelimit-remaining'))).toBe(
      Number((await ask('GET', '')).headers.get('x-ratelimit-remaining')) + 1,
    );
    expect(Number(headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now());
    expect(headers.get('x-github-request-id')).toMatch(/^[0-9A-F-]{36}$/);
  });

  test('a spent allowance is 403 until it is reset', async () => {
    sandbox.exhaustRateLimit(new Date(Date.now() + 60_000));
    const { status, headers, body } = await ask('GET', '');
    expect(status).toBe(403);
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(body.message).toMatch(/^API rate limit exceeded/);
    sandbox.exhaustRateLimit(new Date());
    expect((await ask('GET', '')).status).toBe(200);
  });

  test('what has not changed is 304 for those who know it', async () => {
    const etag = (await ask('GET', 'pulls')).headers.get('etag') ?? '';
    const again = await ask('GET', 'pulls', undefined, { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, body: '' });
    await clone.pushFile('feature', 'a.txt', 'a\n');
    await ask('POST', 'pulls', feature);
    expect((await ask('GET', 'pulls', undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  test('long lists come in pages that name the next', async () => {
    await clone.pushFile('feature', 'a.txt', 'a\n');
    await ask('POST', 'pulls', feature);
    for (let n = 0; n < 3; n += 1) await ask('POST', 'issues/1/comments', { body: `${n}` });
    const first = await ask('GET', 'issues/1/comments?per_page=2');
    expect(first.body).toHaveLength(2);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await ask('GET', next.slice(sandbox.url.length));
    expect(second.body.map(({ body }: { body: string }) => body)).toEqual(['2']);
    expect(second.headers.get('link')).not.toContain('rel="next"');
  });
});

describe('references', () => {
  test('what cannot be is refused in GitHub’s words', async () => {
    const create = (ref: string, sha: string) => ask('POST', 'git/refs', { ref, sha });
    const said = async (reply: Promise<Reply>) => `${(await reply).status} ${(await reply).body.message}`;
    expect(await said(create('refs/heads/main', main))).toBe('422 Reference already exists');
    expect(await said(create('refs/heads/new', 'f'.repeat(40)))).toBe('422 Object does not exist');
    expect(await said(create('refs/heads/a..b', main))).toBe('422 refs/heads/a..b is not a valid ref name.');
    expect(await said(ask('DELETE', 'git/refs/heads%2Fgone'))).toBe('422 Reference does not exist');
    expect(await said(ask('GET', 'git/ref/heads%2Fgone'))).toBe('404 Not Found');
    expect(await said(ask('GET', 'branches/gone'))).toBe('404 Branch not found');
    const head = await clone.pushFile('feature', 'a.txt', 'a\n');
    expect(await said(ask('PATCH', 'git/refs/heads%2Ffeature', { sha: main }))).toBe(
      '422 Update is not a fast forward',
    );
    expect((await ask('PATCH', 'git/refs/heads%2Ffeature', { sha: main, force: true })).status).toBe(200);
    expect((await sandbox.branches(repo)).feature).not.toBe(head);
  });

  test('a branch pushed with git is there for the API, packed or not', async () => {
    const sha = await clone.pushFile('deep/down/branch', 'a.txt', 'a\n');
    expect((await ask('GET', 'git/ref/heads%2Fdeep%2Fdown%2Fbranch')).body.object.sha).toBe(sha);
    const { gitDirectory } = await sandbox.addRepository(repo);
    await new GitClone(gitDirectory).git('pack-refs', '--all');
    expect(await sandbox.branches(repo)).toEqual({ main, 'deep/down/branch': sha });
  });
});

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
    startGitHubSandbox({ dataDir: path.join(root, name), tokens: [token], ...options });

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
      clone = await GitClone.of(remoteOf(repo), path.join(root, `ci-${count}`));
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
      clone = await GitClone.of(remoteOf(repo), path.join(root, `restart-${count}`));
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

describe('adding a repository', () => {
  test('a working tree is copied with its branches, and starts on the one it is on', async () => {
    await clone.pushFile('trunk', 'a.txt', 'a\n');
    const added = await sandbox.addRepository({ owner: 'octo', name: `copy-${count}`, from: clone.folder });
    expect(added).toMatchObject({
      defaultBranch: 'trunk',
      cloneUrl: `${sandbox.url}/octo/copy-${count}.git`,
    });
    expect(Object.keys(await sandbox.branches(added)).sort()).toEqual(['main', 'trunk']);
    expect(await readFile(path.join(added.gitDirectory, 'config'), 'utf8')).not.toContain('origin');
  });

  test('a plain folder becomes the first commit, even inside another repository', async () => {
    const folder = path.join(clone.folder, 'plain');
    await mkdir(folder);
    await writeFile(path.join(folder, 'hello.txt'), 'hello\n');
    const added = await sandbox.addRepository({ owner: 'octo', name: `plain-${count}`, from: folder });
    const git = new GitClone(added.gitDirectory);
    expect(await git.git('ls-tree', '--name-only', 'main')).toBe('hello.txt');
  });

  test('one that is there already stays as it is', async () => {
    const sha = await clone.pushFile('feature', 'a.txt', 'a\n');
    await sandbox.addRepository(repo);
    expect((await sandbox.branches(repo)).feature).toBe(sha);
  });
});

describe('faults', () => {
  test('each hits the requests it fits, as often as told', async () => {
    sandbox.faults.add({ kind: 'server-error', method: 'post', path: /\/git\/refs$/, times: 2 });
    const statuses = [];
    for (const name of ['a', 'b', 'c']) {
      statuses.push((await ask('GET', '')).status);
      statuses.push((await ask('POST', 'git/refs', { ref: `refs/heads/${name}`, sha: main })).status);
    }
    expect(statuses).toEqual([200, 502, 200, 502, 200, 201]);
    expect(Object.keys(await sandbox.branches(repo))).toEqual(expect.not.arrayContaining(['a', 'b']));
  });

  test('limits are told with the time to wait', async () => {
    sandbox.faults.add({ kind: 'secondary-limit', retryAfterSeconds: 5 });
    sandbox.faults.add({ kind: 'too-many-requests' });
    const secondary = await ask('GET', '');
    expect([secondary.status, secondary.headers.get('retry-after')]).toEqual([403, '5']);
    expect(secondary.body.message).toContain('secondary rate limit');
    const tooMany = await ask('GET', '');
    expect([tooMany.status, tooMany.headers.get('retry-after')]).toEqual([429, '60']);
  });

  test('a dropped reply has its effect, a disconnect has none', async () => {
    const create = (name: string) => ask('POST', 'git/refs', { ref: `refs/heads/${name}`, sha: main });
    sandbox.faults.add({ kind: 'drop-reply' });
    await expect(create('dropped')).rejects.toThrow('fetch failed');
    sandbox.faults.add({ kind: 'disconnect' });
    await expect(create('cut')).rejects.toThrow('fetch failed');
    expect(Object.keys(await sandbox.branches(repo)).sort()).toEqual(['dropped', 'main']);
    expect(sandbox.requests.at(-1)).toEqual({
      method: 'POST',
      path: `/repos/octo/${repo.name}/git/refs`,
      status: 0,
    });
  });

  test('a push whose answer is dropped has arrived', async () => {
    sandbox.faults.add({ kind: 'drop-reply', path: /git-receive-pack$/, method: 'POST' });
    await expect(clone.pushFile('feature', 'a.txt', 'a\n')).rejects.toThrow();
    expect(await sandbox.branches(repo)).toHaveProperty('feature', await clone.git('rev-parse', 'HEAD'));
  });

  test('a slow answer comes late, and cleared faults never', async () => {
    sandbox.faults.add({ kind: 'slow', delayMs: 150 });
    sandbox.faults.add({ kind: 'server-error' });
    const start = Date.now();
    expect((await ask('GET', '')).status).toBe(200);
    expect(Date.now() - start).toBeGreaterThanOrEqual(145);
    sandbox.faults.clear();
    expect((await ask('GET', '')).status).toBe(200);
  });
});

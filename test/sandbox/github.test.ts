import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitClone } from '../support/git-clone.ts';
import { checkedCalls, contractFetch } from '../support/github-contract.ts';
import {
  askGitHub,
  connectTo,
  type GitHubScene,
  type Reply,
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

describe('every route answers as GitHub’s published document says', () => {
  test('reading and writing through all of them', async () => {
    const head = await clone.pushFile('feature', 'docs/a.txt', 'a\n');
    await ask('GET', '');
    await ask('GET', '/user');
    await ask('GET', '/user/repos');
    await ask('GET', '/installation/repositories');
    await ask('GET', '/rate_limit');
    await ask('GET', 'branches');
    await ask('GET', 'branches/main');
    await sandbox.protect(repo, 'main', ['ci/build']);
    await ask('GET', 'branches/main');
    await sandbox.rule(repo, 'main', ['lint']);
    await ask('GET', 'rules/branches/main');
    await sandbox.ruleMerges(repo, 'main', { linear: 'rule', ways: ['squash'] });
    await ask('GET', 'rules/branches/main');
    await ask('GET', 'branches/main/protection');
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
    expect(successes).toHaveLength(35);
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
      GitClone.of(await connectTo(sandbox, 'ghp_nobody').gitRemote(repo), path.join(folder, 'refused')),
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

describe('adding a repository', () => {
  test('a working tree is copied with its branches, and starts on the one it is on', async () => {
    await clone.pushFile('trunk', 'a.txt', 'a\n');
    const added = await sandbox.addRepository({ owner: 'octo', name: 'copy', from: clone.folder });
    expect(added).toMatchObject({
      defaultBranch: 'trunk',
      cloneUrl: `${sandbox.url}/octo/copy.git`,
    });
    expect(Object.keys(await sandbox.branches(added)).sort()).toEqual(['main', 'trunk']);
    expect(await readFile(path.join(added.gitDirectory, 'config'), 'utf8')).not.toContain('origin');
  });

  test('a plain folder becomes the first commit, even inside another repository', async () => {
    const folder = path.join(clone.folder, 'plain');
    await mkdir(folder);
    await writeFile(path.join(folder, 'hello.txt'), 'hello\n');
    const added = await sandbox.addRepository({ owner: 'octo', name: 'plain', from: folder });
    const git = new GitClone(added.gitDirectory);
    expect(await git.git('ls-tree', '--name-only', 'main')).toBe('hello.txt');
  });

  test('one that is there already stays as it is', async () => {
    const sha = await clone.pushFile('feature', 'a.txt', 'a\n');
    await sandbox.addRepository(repo);
    expect((await sandbox.branches(repo)).feature).toBe(sha);
  });
});

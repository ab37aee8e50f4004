import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { createGitHub } from '../../src/integrations/github/octokit.ts';
import type { GitHub } from '../../src/integrations/github/port.ts';
import { type GitHubSandbox, startGitHubSandbox } from '../../src/sandbox/github/server.ts';
import { GitClone } from '../support/git-clone.ts';
import { contractFetch } from '../support/github-contract.ts';

const token = 'ghp_theSecretTokenOfTheBot';
const otherToken = 'ghp_theTokenOfSomebodyElse';

let dataDir: string;
let sandbox: GitHubSandbox;
let github: GitHub;
let clone: GitClone;
let count = 0;
/** A new repository for each test. */
let repo: { owner: string; name: string };
let main: string;

function connect(as = token, fetch = contractFetch): GitHub {
  return createGitHub({ apiUrl: sandbox.url, url: sandbox.gitUrl, token: async () => as, fetch });
}

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'gsw-github-'));
  sandbox = await startGitHubSandbox({
    dataDir: path.join(dataDir, 'github'),
    tokens: [token, otherToken],
    ci: false,
  });
  github = connect();
});

beforeEach(async () => {
  count += 1;
  repo = { owner: 'octo', name: `greeter-${count}` };
  await sandbox.addRepository(repo);
  clone = await GitClone.of(await github.gitRemote(repo), path.join(dataDir, `clone-${count}`));
  main = (await sandbox.branches(repo)).main ?? '';
});

afterEach(() => sandbox.faults.clear());

afterAll(async () => {
  await sandbox?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** What a promise was rejected with. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  );
}

async function openFeature(file = 'feature.txt', content = 'new\n') {
  await clone.pushFile('feature', file, content);
  return github.openPullRequest(repo, { head: 'feature', base: 'main', title: 'Feature', body: 'Why' });
}

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
      mergeable: null,
      mergeCommitSha: null,
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

describe('checks', () => {
  const post = async (route: string, body: object) => {
    const response = await contractFetch(`${sandbox.url}/repos/octo/${repo.name}/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    expect(await response.json()).not.toHaveProperty('message');
  };

  test('check runs and commit statuses are one list, the newest of each name', async () => {
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

  test('somebody else’s comment with the marker is not ours', async () => {
    await openFeature();
    await connect(otherToken).createComment(repo, 1, 'copied <!-- gsw:key -->');
    expect(await github.findComment(repo, 1, '<!-- gsw:key -->')).toBeNull();
  });
});

/** The sandbox, but for the answers that `change` gives in its place. */
function except(change: (method: string, path: string, answer: () => Promise<Response>) => unknown) {
  const changed: typeof fetch = async (input, init) => {
    const answer = () => contractFetch(input, init);
    const own = await change(init?.method ?? 'GET', new URL(String(input)).pathname, answer);
    return (own as Response | undefined) ?? answer();
  };
  return connect(token, changed);
}

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

const forbidden = () => json(403, { message: 'Resource not accessible by integration' });

describe('what the sandbox does not play', () => {
  test('the token of an App may not ask who it is: its comments are those of a bot', async () => {
    await openFeature();
    await github.createComment(repo, 1, '<!-- gsw:key -->');
    const forApp = (type: string) =>
      except(async (_method, route, answer) => {
        if (route === '/user') return forbidden();
        if (!route.endsWith('/comments')) return undefined;
        return json(200, JSON.parse((await (await answer()).text()).replaceAll('"User"', `"${type}"`)));
      });
    const find = (type: string) => forApp(type).findComment(repo, 1, '<!-- gsw:key -->');
    expect(await find('Bot')).toMatchObject({ body: '<!-- gsw:key -->' });
    expect(await find('User')).toBeNull();
  });

  test('a token that may not see the protection of a branch knows of no required checks', async () => {
    const blind = except((_method, route) => (route.includes('/protection/') ? forbidden() : undefined));
    expect(await blind.requiredChecks(repo, 'main')).toEqual([]);
    expect(await failureOf(except(forbidden).getRepository(repo))).toBeInstanceOf(PermanentFailure);
  });

  test('a merge that GitHub has not made up its mind about comes back later', async () => {
    const { headSha } = await openFeature();
    const undecided = except(async (method, route, answer) => {
      if (method === 'PUT') return json(405, { message: 'Pull Request is not mergeable' });
      if (!route.endsWith('/pulls/1')) return undefined;
      return json(200, { ...((await (await answer()).json()) as object), mergeable: null });
    });
    expect(
      await failureOf(undecided.mergePullRequest(repo, 1, { headSha, title: 'Feature' })),
    ).toBeInstanceOf(RetryLater);
  });

  test('every request has a deadline', async () => {
    const signals: unknown[] = [];
    const watched: typeof fetch = (input, init) => {
      signals.push(init?.signal);
      return contractFetch(input, init);
    };
    await connect(token, watched).getRepository(repo);
    expect(signals).toEqual([expect.any(AbortSignal)]);
  });
});

describe('refusals', () => {
  test('a rejected token is a permanent failure that says which setting to mend', async () => {
    const failure = await failureOf(connect('ghp_revoked').getRepository(repo));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toBe(
      'GitHub rejected the token (Bad credentials). Set GITHUB_TOKEN to a valid one.',
    );
  });

  test('the primary rate limit comes back when it is reset', async () => {
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    sandbox.exhaustRateLimit(until);
    const failure = await failureOf(github.getRepository(repo));
    expect(failure).toBeInstanceOf(RetryLater);
    expect(failure.message).toBe('GitHub rate limit');
    expect((failure as RetryLater).until).toEqual(until);
    sandbox.exhaustRateLimit(new Date());
  });

  test.each([
    ['secondary-limit', 30, 30, 'GitHub secondary rate limit'],
    ['secondary-limit', null, 60, 'GitHub secondary rate limit'],
    ['too-many-requests', 7, 7, 'GitHub rate limit'],
  ] as const)(
    'a %s with retry-after %s comes back after %s seconds',
    async (kind, after, seconds, reason) => {
      sandbox.faults.add({ kind, retryAfterSeconds: after });
      const failure = await failureOf(github.getRepository(repo));
      expect(failure).toBeInstanceOf(RetryLater);
      expect(failure.message).toBe(reason);
      const wait = (failure as RetryLater).until.getTime() - Date.now();
      expect(wait).toBeGreaterThan(seconds * 1000 - 3000);
      expect(wait).toBeLessThanOrEqual(seconds * 1000);
    },
  );

  test('a rate limit on a question that may be forbidden is still a rate limit', async () => {
    sandbox.faults.add({ kind: 'secondary-limit' });
    expect(await failureOf(github.requiredChecks(repo, 'main'))).toBeInstanceOf(RetryLater);
    sandbox.faults.add({ kind: 'secondary-limit', method: 'GET', path: /\/git\/ref\// });
    expect(await failureOf(github.getBranch(repo, 'main'))).toBeInstanceOf(RetryLater);
  });

  test('a 5xx and a cut connection are ordinary errors, told in a sentence', async () => {
    sandbox.faults.add({ kind: 'server-error' });
    const refused = await failureOf(github.getRepository(repo));
    expect(refused.name).toBe('Error');
    expect(refused.message).toBe(`GitHub answered 502 to GET /repos/octo/${repo.name}: Server Error`);
    sandbox.faults.add({ kind: 'disconnect' });
    const cut = await failureOf(github.getRepository(repo));
    expect(cut.name).toBe('Error');
    expect(cut.message).toMatch(/^GitHub could not be reached: /);
  });

  test('nothing is asked twice: retrying is the queue’s business', async () => {
    await openFeature();
    const before = sandbox.requests.length;
    sandbox.faults.add({ kind: 'server-error', times: 5 });
    await failureOf(github.createComment(repo, 1, 'once'));
    expect(sandbox.requests.length - before).toBe(1);
  });

  test('an answer that breaks off is no success', async () => {
    const broken = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id": 1', () => response.destroy());
    });
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const apiUrl = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
    const failure = await failureOf(
      createGitHub({ apiUrl, url: apiUrl, token: async () => token }).getRepository(repo),
    );
    broken.close();
    expect(failure.message).toMatch(/^GitHub could not be reached: /);
  });

  test('a web page instead of the API is told as such', async () => {
    const page: typeof fetch = async () =>
      new Response('<html></html>', { headers: { 'content-type': 'text/html' } });
    const failure = await failureOf(connect(token, page).getRepository(repo));
    expect(failure.message).toContain('is GITHUB_API_URL right?');
  });

  test('a pull request whose creation was answered by silence is found afterwards', async () => {
    await clone.pushFile('feature', 'a.txt', 'a\n');
    const pull = { head: 'feature', base: 'main', title: 'Feature', body: '' };
    sandbox.faults.add({ kind: 'drop-reply', method: 'POST', path: /\/pulls$/ });
    const failure = await failureOf(github.openPullRequest(repo, pull));
    expect(failure).not.toBeInstanceOf(PermanentFailure);
    expect(await github.findPullRequest(repo, pull)).toMatchObject({ number: 1, state: 'open' });
    expect(await sandbox.pullRequests(repo)).toHaveLength(1);
  });
});

describe('the token', () => {
  test('git clones and pushes with it, and leaves no trace of it on disk', async () => {
    const remote = await github.gitRemote(repo);
    const encoded = Buffer.from(`x-access-token:${token}`).toString('base64');
    expect(remote.url).toBe(`${sandbox.gitUrl}/octo/${repo.name}.git`);
    const sha = await clone.pushFile('pushed', 'a.txt', 'a\n');
    expect(await github.getBranch(repo, 'pushed')).toEqual({ name: 'pushed', sha });
    const config = await readFile(path.join(clone.folder, '.git/config'), 'utf8');
    const stored = await new GitClone(clone.folder).git('config', '--list');
    for (const secret of [token, encoded]) {
      expect(remote.url).not.toContain(secret);
      expect(config).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
  });

  test('a rejected one fails at once and asks nobody', async () => {
    const remote = await connect('ghp_revoked').gitRemote(repo);
    const failure = await failureOf(GitClone.of(remote, path.join(dataDir, `refused-${count}`)));
    expect(failure.message).toContain('terminal prompts disabled');
    expect(failure.message).not.toContain('ghp_revoked');
  });

  test('it appears in no error, not even one that cannot be sent', async () => {
    const failures = [await failureOf(connect('broken\ntoken').getRepository(repo))];
    for (const kind of ['server-error', 'disconnect', 'secondary-limit', 'drop-reply'] as const) {
      sandbox.faults.add({ kind });
      failures.push(await failureOf(github.getRepository(repo)));
    }
    failures.push(await failureOf(connect('ghp_revoked').getRepository(repo)));
    for (const failure of failures) {
      const everything = `${failure.stack} ${JSON.stringify(failure, Object.getOwnPropertyNames(failure))}`;
      for (const secret of [token, 'ghp_revoked', 'broken\ntoken', 'broken']) {
        expect(everything).not.toContain(secret);
      }
      expect(failure.cause).toBeUndefined();
    }
  });

  test('it is asked for anew for each request', async () => {
    let current = 'ghp_revoked';
    const rotating = createGitHub({ apiUrl: sandbox.url, url: sandbox.url, token: async () => current });
    await failureOf(rotating.getRepository(repo));
    current = token;
    expect(await rotating.getRepository(repo)).toMatchObject({ name: repo.name });
  });
});

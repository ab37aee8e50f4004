import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPullRequest } from '../../jobs/operations/github/open-pull-request.ts';
import { inspectRepository } from '../../src/analysis/inspect-repository.ts';
import type { OperationContext } from '../../src/engine/define.ts';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { createGitHub } from '../../src/integrations/github/octokit.ts';
import { GitClone } from '../support/git-clone.ts';
import { contractFetch } from '../support/github-contract.ts';
import {
  connectTo,
  failureOf,
  type GitHubScene,
  token,
  useGitHubSandbox,
} from '../support/github-sandbox.ts';

let folder: GitHubScene['folder'];
let sandbox: GitHubScene['sandbox'];
let github: GitHubScene['github'];
let repo: GitHubScene['repo'];
let clone: GitHubScene['clone'];
let main: GitHubScene['main'];
let openFeature: GitHubScene['openFeature'];

useGitHubSandbox((scene) => {
  ({ folder, sandbox, github, repo, clone, main, openFeature } = scene);
});

/** The sandbox, but for the answers that `change` gives in its place. */
function except(change: (method: string, path: string, answer: () => Promise<Response>) => unknown) {
  const changed: typeof fetch = async (input, init) => {
    const answer = () => contractFetch(input, init);
    const own = await change(init?.method ?? 'GET', new URL(String(input)).pathname, answer);
    // Octokit turns pages by the address of the answer
    return own ? Object.defineProperty(own as Response, 'url', { value: String(input) }) : answer();
  };
  return connectTo(sandbox, token, changed);
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

  test('what a token may see of rules, branch and protection is what it knows of required checks', async () => {
    await sandbox.protect(repo, 'main', ['ci/build']);
    await sandbox.rule(repo, 'main', ['lint']);
    const without = (place: RegExp) =>
      except((_method, route) => (place.test(route) ? forbidden() : undefined)).requiredChecks(repo, 'main');
    expect(await without(/\/protection/)).toEqual(['lint', 'ci/build']);
    expect(await without(/\/rules\/branches\//)).toEqual(['ci/build']);
    expect(await without(/\d\/branches\//)).toEqual(['lint']);
    expect(await without(/\/branches\//)).toEqual([]);
    expect(await failureOf(except(forbidden).getRepository(repo))).toBeInstanceOf(PermanentFailure);
  });

  test('a token that may not read check runs reads the jobs of GitHub Actions, and says what right it lacks for them', async () => {
    const urlOf = (id: number) => `https://github.com/octo/runs/${id}`;
    const workflows = [
      { id: 1, name: 'CI', status: 'completed', conclusion: 'failure', html_url: urlOf(1) },
      { id: 2, name: 'Deploy', status: 'queued', conclusion: null, html_url: urlOf(2) },
    ];
    const jobs = [
      { name: 'build', status: 'completed', conclusion: 'success', html_url: urlOf(3) },
      { name: 'test', status: 'completed', conclusion: 'failure', html_url: urlOf(4) },
    ];
    const fineGrained = (mayReadActions: boolean) =>
      except((_method, route) => {
        if (route.endsWith('/check-runs')) return forbidden();
        if (!route.includes('/actions/')) return undefined;
        if (!mayReadActions) return forbidden();
        if (route.endsWith('/actions/runs')) return json(200, { total_count: 2, workflow_runs: workflows });
        const found = route.endsWith('/actions/runs/1/jobs') ? jobs : [];
        return json(200, { total_count: found.length, jobs: found });
      });
    const checks = await fineGrained(true).listChecks(repo, main);
    expect(checks.map(({ name, state, url }) => [name, state, url])).toEqual([
      ['build', 'success', urlOf(3)],
      ['test', 'failure', urlOf(4)],
      ['Deploy', 'pending', urlOf(2)],
    ]);
    const failure = await failureOf(fineGrained(false).listChecks(repo, main));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toMatch(/the checks of octo\/greeter-\d+ .*"Checks: read".*"Actions: read"/);
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

  test('a branch that is there but that GitHub does not take for one yet is waited for, a minute long', async () => {
    await clone.pushFile('feature', 'a.txt', 'a\n');
    const errors = [{ resource: 'PullRequest', field: 'head', code: 'invalid' }];
    const unaware = except((method) =>
      method === 'POST' ? json(422, { message: 'Validation Failed', errors }) : undefined,
    );
    const open = (head: string, ageMs: number) => {
      const intendedAt = new Date(Date.now() - ageMs);
      const pull = { repository: repo, head, base: 'main', title: 'Feature', body: '' };
      return openPullRequest.run(pull, { github: unaware, intendedAt } as OperationContext);
    };
    const young = await failureOf(open('feature', 0));
    expect([young.name, young.message]).toEqual(['RetryLater', 'GitHub to know the branch feature']);
    for (const [head, ageMs] of [
      ['feature', 61_000],
      ['gone', 0],
    ] as const) {
      const failure = await failureOf(open(head, ageMs));
      expect(failure).toBeInstanceOf(PermanentFailure);
      expect(failure.message).toContain('Validation Failed: PullRequest head invalid');
    }
  });

  test('every request has a deadline', async () => {
    const signals: unknown[] = [];
    const watched: typeof fetch = (input, init) => {
      signals.push(init?.signal);
      return contractFetch(input, init);
    };
    await connectTo(sandbox, token, watched).getRepository(repo);
    expect(signals).toEqual([expect.any(AbortSignal)]);
  });
});

describe('refusals', () => {
  test('a rejected token is a permanent failure that says which setting to mend', async () => {
    const failure = await failureOf(connectTo(sandbox, 'ghp_revoked').getRepository(repo));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toBe(
      'GitHub rejected the token (Bad credentials). Set GITHUB_TOKEN to a valid one.',
    );
  });

  test('the primary rate limit comes back when it is reset', async () => {
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000);
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
    const failure = await failureOf(connectTo(sandbox, token, page).getRepository(repo));
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

test('a rate limit over git is waited for, as one of the API is, and spends no attempt', async () => {
  sandbox.faults.add({ kind: 'too-many-requests', path: /\.git\/info\/refs$/ });
  const inspecting = async () => inspectRepository(await github.gitRemote(repo), repo, 'main');
  expect(await failureOf(inspecting())).toMatchObject({ name: 'RetryLater', message: 'GitHub rate limit' });
  expect((await inspecting()).files.length).toBeGreaterThan(0);
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
    const remote = await connectTo(sandbox, 'ghp_revoked').gitRemote(repo);
    const failure = await failureOf(GitClone.of(remote, path.join(folder, 'refused')));
    expect(failure.message).toContain('terminal prompts disabled');
    expect(failure.message).not.toContain('ghp_revoked');
  });

  test('it appears in no error, not even one that cannot be sent', async () => {
    const failures = [await failureOf(connectTo(sandbox, 'broken\ntoken').getRepository(repo))];
    for (const kind of ['server-error', 'disconnect', 'secondary-limit', 'drop-reply'] as const) {
      sandbox.faults.add({ kind });
      failures.push(await failureOf(github.getRepository(repo)));
    }
    failures.push(await failureOf(connectTo(sandbox, 'ghp_revoked').getRepository(repo)));
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

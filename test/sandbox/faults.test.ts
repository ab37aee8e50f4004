import { describe, expect, test } from 'vitest';
import { askGitHub, type GitHubScene, useGitHubSandbox } from '../support/github-sandbox.ts';

let sandbox: GitHubScene['sandbox'];
let repo: GitHubScene['repo'];
let clone: GitHubScene['clone'];
let main: GitHubScene['main'];

useGitHubSandbox((scene) => {
  ({ sandbox, repo, clone, main } = scene);
});

const ask = (...rest: [method: string, route: string, body?: object, headers?: Record<string, string>]) =>
  askGitHub({ sandbox, repo }, ...rest);

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

/** A GitHub sandbox for a test file, with a new repository and a clone of it for each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createGitHub } from '../../src/integrations/github/octokit.ts';
import type { GitHub, PullRequest } from '../../src/integrations/github/port.ts';
import { type GitHubSandbox, startGitHubSandbox } from '../../src/sandbox/github/server.ts';
import { GitClone } from './git-clone.ts';
import { contractFetch } from './github-contract.ts';

export const token = 'ghp_theSecretTokenOfTheBot';
export const otherToken = 'ghp_theTokenOfSomebodyElse';

export type GitHubScene = {
  /** A folder that goes when the file is done. */
  folder: string;
  sandbox: GitHubSandbox;
  /** The adapter, with the contract between it and the sandbox. */
  github: GitHub;
  repo: { owner: string; name: string };
  clone: GitClone;
  /** The commit `main` starts at. */
  main: string;
  /** Opens pull request 1, from `feature` to `main`, with one file. */
  openFeature: (file?: string, content?: string) => Promise<PullRequest>;
};

/** The adapter for a sandbox, as the user of a token. */
export function connectTo(sandbox: GitHubSandbox, as = token, fetch = contractFetch): GitHub {
  return createGitHub({ apiUrl: sandbox.url, url: sandbox.gitUrl, token: async () => as, fetch });
}

/** Starts a sandbox without continuous integration; `arrange` gets what each test works with. */
export function useGitHubSandbox(arrange: (scene: GitHubScene) => void): void {
  let folder: string;
  let sandbox: GitHubSandbox;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gsw-github-'));
    const dataDir = path.join(folder, 'github');
    sandbox = await startGitHubSandbox({ dataDir, tokens: [token, otherToken], ci: false });
  });

  beforeEach(async () => {
    count += 1;
    const repo = { owner: 'octo', name: `greeter-${count}` };
    const github = connectTo(sandbox);
    await sandbox.addRepository(repo);
    const clone = await GitClone.of(await github.gitRemote(repo), path.join(folder, `clone-${count}`));
    const main = (await sandbox.branches(repo)).main ?? '';
    const openFeature = async (file = 'feature.txt', content = 'new\n') => {
      await clone.pushFile('feature', file, content);
      return github.openPullRequest(repo, { head: 'feature', base: 'main', title: 'Feature', body: 'Why' });
    };
    arrange({ folder, sandbox, github, repo, clone, main, openFeature });
  });

  afterEach(() => sandbox.faults.clear());

  afterAll(async () => {
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  });
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the contract has checked the shape already
export type Reply = { status: number; headers: Headers; body: any };

/** A request with the contract at both ends; `route` is below the repository unless it starts with a slash. */
export async function askGitHub(
  { sandbox, repo }: Pick<GitHubScene, 'sandbox' | 'repo'>,
  method: string,
  route: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const place = route.startsWith('/') ? route : `/repos/${repo.owner}/${repo.name}${route && `/${route}`}`;
  const response = await contractFetch(sandbox.url + place, {
    method,
    headers: { authorization: `token ${token}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

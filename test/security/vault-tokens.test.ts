import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Services } from '../../src/engine/define.ts';
import { PermanentFailure, RetryLater, WaitForPeople } from '../../src/engine/errors.ts';
import { connectServices } from '../../src/integrations/connect.ts';
import { longestGitMs } from '../../src/integrations/git.ts';
import { type GitHubSandbox, startGitHubSandbox } from '../../src/sandbox/github/server.ts';
import { type LinearSandbox, startLinearSandbox } from '../../src/sandbox/linear/server.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';
import { listCredentials, setCredential } from '../../src/security/vault/store.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { contractFetch } from '../support/github-contract.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const repository = { owner: 'acme', name: 'widgets' };
const minute = 60_000;

let fresh: FreshDatabases;
let databases: Databases;
let directory: string;
let organizationId: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases.close();
  await fresh.drop();
});
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'gsw-tokens-'));
  organizationId = randomUUID();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const vaultKey = { VAULT_MASTER_KEY: randomBytes(32).toString('base64') };
const vault = () => ({
  databases: databases.inOrganization(organizationId),
  organizationId,
  keyring: keyringSource(readConfig(vaultKey)),
});
/** One worker: what it keeps in memory is its own. */
const worker = (environment: Record<string, string>, fetchGitHub: typeof fetch = contractFetch): Services =>
  connectServices({
    config: readConfig({ DATA_DIR: directory, ...vaultKey, ...environment }),
    databases,
    logger: pino({ level: 'silent' }),
    fetchGitHub,
  })(organizationId);
/** As if so much time had gone by. */
async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const real = Date.now;
  try {
    Date.now = () => real() + ms;
    return await work();
  } finally {
    Date.now = real;
  }
}
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  );

describe('a GitHub App', () => {
  let sandbox: GitHubSandbox;
  const open = async (tokenLifeMs = 60 * minute) => {
    const app = { appId: '42', installationId: '7', publicKey, tokenLifeMs };
    sandbox = await startGitHubSandbox({ dataDir: path.join(directory, 'github'), app });
    await sandbox.addRepository(repository);
    return worker({ GITHUB_API_URL: sandbox.url, GITHUB_URL: sandbox.gitUrl }).github;
  };
  afterEach(() => sandbox.close());
  const give = (settings = { appId: '42', installationId: '7' }, secret: string = privateKey) =>
    setCredential(vault(), { kind: 'github_app', secret, settings, by: 'Ada' });
  const asked = () => sandbox.requests.filter((one) => one.path.endsWith('/access_tokens')).length;

  test('is told which repositories its installation may see', async () => {
    const github = await open();
    await sandbox.addRepository({ owner: 'acme', name: 'gadgets' });
    await give();
    const page = await github.listRepositories({ number: 1, size: 1 });
    expect(page).toMatchObject({ repositories: [{ fullName: 'acme/gadgets' }], hasMore: true });
    const last = await github.listRepositories({ number: 2, size: 1 });
    expect(last).toMatchObject({ repositories: [{ fullName: 'acme/widgets' }], hasMore: false });
  });

  test('gets one installation token for many calls at a time', async () => {
    const github = await open();
    await give();
    await Promise.all(Array.from({ length: 6 }, () => github.getRepository(repository)));
    expect((await github.getRepository(repository)).fullName).toBe('acme/widgets');
    expect(asked()).toBe(1);
    const remote = await github.gitRemote(repository);
    expect(remote.url).not.toContain('ghs_');
  });

  test('gets the next token before the one it has could end under a git that takes its time', async () => {
    const github = await open(longestGitMs + 2 * minute);
    await give();
    await github.getRepository(repository);
    await github.getRepository(repository);
    expect(asked()).toBe(1);
    await later(minute, () => github.getRepository(repository));
    expect(asked()).toBe(2);
    expect(sandbox.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test('whose token GitHub has not heard of everywhere is tried again, and not called invalid', async () => {
    const github = await open();
    await give();
    await github.getRepository(repository);
    for (const header of sandbox.authorizations) sandbox.expel(header.replace(/^Bearer /, ''));
    const failure = await failureOf(github.getRepository(repository));
    expect(failure).toBeInstanceOf(RetryLater);
    expect(failure).not.toBeInstanceOf(WaitForPeople);
    expect((await listCredentials(vault()))[0]?.status).toBe('active');
  });

  test('whose token is taken back gets another before anything is called invalid', async () => {
    const github = await open();
    await give();
    await github.getRepository(repository);
    const real = Date.now;
    try {
      Date.now = () => real() + 2 * minute;
      for (const header of sandbox.authorizations) sandbox.expel(header.replace(/^Bearer /, ''));
      const failure = await failureOf(github.getRepository(repository));
      expect(failure).toBeInstanceOf(RetryLater);
      expect(failure).not.toBeInstanceOf(WaitForPeople);
      expect((await github.getRepository(repository)).name).toBe('widgets');
    } finally {
      Date.now = real;
    }
    expect((await listCredentials(vault()))[0]?.status).toBe('active');
  });

  test.each([
    ['whose key is not its own', '42', '7', 'A JSON web token could not be decoded'],
    ['that does not exist', '43', '7', 'Integration not found'],
    ['that was uninstalled', '42', '8', 'Not Found'],
  ])('%s waits for people, with the reason', async (what, appId, installationId, said) => {
    const github = await open();
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const secret = what.includes('key') ? String(other.export({ type: 'pkcs8', format: 'pem' })) : privateKey;
    await give({ appId, installationId }, secret);
    const failure = await failureOf(github.getRepository(repository));
    expect(failure).toBeInstanceOf(WaitForPeople);
    expect(failure.message).toBe(
      `a valid GitHub credential: GitHub gave no token for App ${appId}, installation ${installationId} (${said}); replace it with \`gsw credentials set github_app\``,
    );
    expect((await listCredentials(vault()))[0]).toMatchObject({ status: 'invalid' });
    await failureOf(github.getRepository(repository));
    expect(asked()).toBe(1);
  });

  test('that is rate limited is not invalid', async () => {
    const github = await open();
    await give();
    sandbox.faults.add({ kind: 'secondary-limit', path: /access_tokens/ });
    const failure = await failureOf(github.getRepository(repository));
    expect(failure).toBeInstanceOf(RetryLater);
    expect(failure.message).toBe('GitHub secondary rate limit');
    expect((await github.getRepository(repository)).name).toBe('widgets');
  });
});

describe("Linear's OAuth", () => {
  let sandbox: LinearSandbox;
  const app = { clientId: 'client', clientSecret: 'canary-client-secret', refreshToken: 'lin_refresh_first' };
  const open = async (accessTokenLife = 24 * 3600) => {
    sandbox = await startLinearSandbox({ oauth: { ...app, accessTokenLife } });
    const secret = {
      accessToken: 'lin_oauth_spent',
      refreshToken: app.refreshToken,
      clientSecret: app.clientSecret,
    };
    await setCredential(vault(), {
      kind: 'linear_oauth',
      secret: JSON.stringify(secret),
      settings: { clientId: app.clientId },
      by: 'Ada',
    });
  };
  const linear = () => worker({ LINEAR_API_URL: sandbox.url }).linear;
  afterEach(() => sandbox.close());

  test('is renewed once, however many workers need it at a time', async () => {
    await open();
    const workers = [linear(), linear(), linear()];
    const teams = await Promise.all([...workers, ...workers].map((one) => one.getTeam()));
    expect(teams.map(({ key }) => key)).toEqual(Array(6).fill('ENG'));
    expect(sandbox.oauth.counts).toEqual({ asked: 1, renewed: 1 });
    await linear().getTeam();
    expect(sandbox.oauth.counts.asked).toBe(1);
  });

  test('is renewed before the access token is over, each time with the refresh token that came last', async () => {
    await open(6 * 60);
    const one = linear();
    await one.getTeam();
    await later(minute, () => one.getTeam());
    await later(2 * minute, () => linear().getTeam());
    expect(sandbox.oauth.counts).toEqual({ asked: 3, renewed: 3 });
  });

  test('that was taken back waits for people, once', async () => {
    await open();
    await linear().getTeam();
    sandbox.oauth.revoke();
    const real = Date.now;
    try {
      Date.now = () => real() + 2 * minute;
      const failure = await failureOf(linear().getTeam());
      expect(failure).toBeInstanceOf(WaitForPeople);
      expect(failure.message).toMatch(
        /^a valid Linear credential: Linear did not renew its token \(invalid_grant\); replace it/,
      );
    } finally {
      Date.now = real;
    }
    await failureOf(linear().getTeam());
    expect(sandbox.oauth.counts).toEqual({ asked: 2, renewed: 1 });
  });

  test('is not lost to an endpoint that fails for a while', async () => {
    await open();
    sandbox.faults.add({ kind: 'server-error', path: /oauth/ });
    const failure = await failureOf(linear().getTeam());
    expect(failure.message).toMatch(/token endpoint answered HTTP 502/);
    expect(failure).not.toBeInstanceOf(RetryLater);
    expect((await linear().getTeam()).key).toBe('ENG');
  });
});

describe('a token that is replaced while a call with it is under way', () => {
  let sandbox: GitHubSandbox;
  const [old, other] = ['ghp_of_the_organisation_old', 'ghp_of_the_organisation_other'];
  const give = (secret: string) => setCredential(vault(), { kind: 'github_token', secret, by: 'Ada' });
  afterEach(() => sandbox.close());

  test.each(['asked', 'refused'])(
    'and was %s before does not make the other one invalid, and the call is made again soon',
    async (when) => {
      sandbox = await startGitHubSandbox({ dataDir: path.join(directory, 'github') });
      await sandbox.addRepository(repository);
      sandbox.admit(other);
      await give(old);
      let calls = 0;
      const { github } = worker({ GITHUB_API_URL: sandbox.url }, async (input, init) => {
        calls += 1;
        if (calls === 1 && when === 'asked') await give(other);
        const answer = await contractFetch(input, init);
        if (calls === 1 && when === 'refused') await give(other);
        return answer;
      });
      const failure = await failureOf(github.getRepository(repository));
      expect(failure).toBeInstanceOf(RetryLater);
      expect(failure).not.toBeInstanceOf(WaitForPeople);
      expect((failure as RetryLater).until.getTime()).toBeLessThan(Date.now() + 2_000);
      expect(await listCredentials(vault())).toMatchObject([{ status: 'active' }]);
      expect((await github.getRepository(repository)).name).toBe('widgets');
    },
  );

  test('is waited for no longer than until there is another', async () => {
    sandbox = await startGitHubSandbox({ dataDir: path.join(directory, 'github') });
    await sandbox.addRepository(repository);
    sandbox.admit(other);
    await give(old);
    const { github } = worker({ GITHUB_API_URL: sandbox.url });
    for (const _ of ['marked now', 'marked already']) {
      const failure = (await failureOf(github.getRepository(repository))) as WaitForPeople;
      expect(await failure.isOver?.()).toBe(false);
    }
    const failure = (await failureOf(github.getRepository(repository))) as WaitForPeople;
    await give(other);
    expect(await failure.isOver?.()).toBe(true);
  });
});

describe('what the environment gives', () => {
  let sandbox: GitHubSandbox;
  beforeEach(async () => {
    sandbox = await startGitHubSandbox({ dataDir: path.join(directory, 'github') });
    await sandbox.addRepository(repository);
  });
  afterEach(() => sandbox.close());
  const environment = (more = {}) => ({
    GITHUB_API_URL: sandbox.url,
    GITHUB_TOKEN: sandbox.tokens[0] as string,
    ...more,
  });

  test('serves no organisation but the default one, unless it is to be shared', async () => {
    const failure = await failureOf(worker(environment()).github.getRepository(repository));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toMatch(
      /^The organisation has no GitHub credential. Give it one with `gsw credentials/,
    );
    const shared = worker(environment({ SHARE_ENVIRONMENT_CREDENTIALS: 'true' }));
    expect((await shared.github.getRepository(repository)).name).toBe('widgets');
  });

  test("gives way to the organisation's own", async () => {
    sandbox.admit('ghp_of_the_organisation');
    await setCredential(vault(), { kind: 'github_token', secret: 'ghp_of_the_organisation', by: 'Ada' });
    await worker(environment({ SHARE_ENVIRONMENT_CREDENTIALS: 'true' })).github.getRepository(repository);
    expect([...sandbox.authorizations]).toEqual(['Bearer ghp_of_the_organisation']);
  });

  test('waits for people where it is rejected', async () => {
    const { github } = worker(
      environment({ GITHUB_TOKEN: 'ghp_wrong', SHARE_ENVIRONMENT_CREDENTIALS: 'true' }),
    );
    const failure = await failureOf(github.getRepository(repository));
    expect(failure).toBeInstanceOf(WaitForPeople);
    expect(failure.message).toMatch(/GitHub rejected GITHUB_TOKEN \(Bad credentials\)/);
    expect(failure.message).not.toContain('ghp_wrong');
  });
});

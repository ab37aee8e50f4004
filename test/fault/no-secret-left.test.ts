import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CredentialKind } from '../../entities/projects/credential.ts';
import { wakeWaiting } from '../../src/engine/wake-waiting.ts';
import { waitingFor } from '../../src/integrations/credentials/waiting.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';
import { listCredentials, setCredential } from '../../src/security/vault/store.ts';
import { backends, redisUrl } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { dumpDatabase, dumpFiles, dumpRedis, formsOf } from '../support/find-secrets.ts';
import { testSystem } from '../support/system.ts';

const requirements = readFileSync(new URL('../../examples/requirement.md', import.meta.url), 'utf8');
const canaries = {
  rejected: 'ghp_CanaryRejectedByGitHub0000000000001',
  github: 'ghp_CanaryThatGitHubKnows00000000000002',
  linear: 'lin_api_CanaryThatLinearKnows000000000003',
  codegen: 'CanaryThatCodegenKnows0000000000000004',
  webhook: 'CanaryThatSignsWebhooks00000000000005',
};

let fresh: FreshDatabases;
let shim: string;
const usualPath = process.env.PATH;
beforeAll(async () => {
  fresh = await freshDatabases();
  shim = await mkdtemp(path.join(os.tmpdir(), 'gsw-git-'));
  const git = execFileSync('sh', ['-c', 'command -v git']).toString().trim();
  // writes down how git is called, and the configuration it finds, before it goes to work
  await writeFile(
    path.join(shim, 'git'),
    `#!/bin/sh\n{ printf '%s\\n' "$@"; cat config .git/config 2>/dev/null; } >> "${shim}/calls"\nexec "${git}" "$@"\n`,
  );
  await chmod(path.join(shim, 'git'), 0o755);
  process.env.PATH = `${shim}:${usualPath}`;
});
afterAll(async () => {
  process.env.PATH = usualPath;
  await rm(shim, { recursive: true, force: true });
  await fresh.drop();
});

describe.each(backends())('on %s', (backend) => {
  test('no secret is anywhere but in what the providers receive', async () => {
    let logs = '';
    const stream = new Writable({
      write: (line, _encoding, done) => {
        logs += line;
        done();
      },
    });
    const system = await testSystem(fresh, backend, {
      queueMayFail: true,
      logger: pino({ level: 'trace' }, stream),
      linear: { apiKeys: ['lin_api_of_nobody', canaries.linear] },
      environment: { SHARE_ENVIRONMENT_CREDENTIALS: 'false' },
    });
    const { engine, organizationId, sandbox } = system;
    try {
      sandbox.github.admit(canaries.github);
      sandbox.codegen.tokens?.push(canaries.codegen);
      const databases = engine.databases.inOrganization(organizationId);
      const vault = { databases, organizationId, keyring: keyringSource(engine.config) };
      const give = (kind: CredentialKind, secret: string, settings = {}) =>
        setCredential(vault, { kind, secret, settings, by: 'a test' });
      await give('github_token', canaries.rejected);
      await give('linear_key', canaries.linear);
      await give('codegen_key', canaries.codegen, { organizationId: '1' });
      await give('github_webhook_secret', canaries.webhook);

      const id = await system.enqueue({ requirements, options: { autoConfirmPlan: true, autoMerge: true } });
      system.work();
      const status = async () =>
        (await listCredentials(vault)).find(({ kind }) => kind === 'github_token')?.status;
      await expect.poll(status, { timeout: 60_000 }).toBe('invalid');
      await give('github_token', canaries.github);
      await wakeWaiting(engine, organizationId, waitingFor('github'));
      expect(await system.until(id, ['completed', 'failed'], 240_000)).toMatchObject({ status: 'completed' });

      const { prefix } = engine.config.queue;
      const places: Record<string, string> = {
        logs,
        files: dumpFiles(system.dataDir),
        'calls of git': await readFile(path.join(shim, 'calls'), 'utf8'),
        'jobs as the board shows them': JSON.stringify(
          await Promise.all(
            engine.catalogue.stages.map(({ name }) =>
              engine.queues.queue(name.replaceAll('_', '-')).getJobs(['completed', 'failed', 'delayed']),
            ),
          ),
          (key, value) => (['queue', 'backend', 'scripts', 'opts'].includes(key) ? undefined : value),
        ),
      };
      for (const [name, url] of Object.entries(fresh.adminUrls))
        places[`${name}_db`] = await dumpDatabase(url);
      if (backend === 'Redis') places.Redis = await dumpRedis(redisUrl(), prefix);

      for (const [canary, secret] of Object.entries(canaries)) {
        for (const form of formsOf(secret)) {
          const found = Object.keys(places).filter((place) => places[place]?.includes(form));
          expect(found, `${canary} as ${form}`).toEqual([]);
        }
      }
      // they were used, and the search would have found them: it finds what is no secret
      const received = [...sandbox.github.authorizations].join();
      const overGit = Buffer.from(`x-access-token:${canaries.github}`).toString('base64');
      for (const one of [canaries.rejected, canaries.github, overGit]) expect(received).toContain(one);
      expect([...sandbox.linear.authorizations]).toEqual([canaries.linear]);
      expect([...sandbox.codegen.authorizations]).toEqual([`Bearer ${canaries.codegen}`]);
      expect(places.logs).toContain('a credential is not valid any more');
      expect(places['calls of git']).toContain('fetch');
      expect(places.files).toContain(system.repository.name);
      expect(places.workflows_db).toContain(id);
      expect(places[backend === 'Redis' ? 'Redis' : 'workflows_db']).toContain('rowId');
    } finally {
      await system.close();
    }
  }, 400_000);
});

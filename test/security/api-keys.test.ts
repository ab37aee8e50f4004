import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Organization } from '../../entities/projects/organization.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { apiKeyFile, readApiKey } from '../../src/security/api-key-file.ts';
import { findHolderOf, findOrganizationOf } from '../../src/security/api-keys.ts';
import { ensureDefaultOrganization } from '../../src/security/bootstrap.ts';
import { redact } from '../../src/security/redact.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
let dataDir: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});
beforeEach(async () => {
  await databases.maintenance.projects(async (em) => {
    await em.nativeDelete(ApiKey, {});
    await em.nativeDelete(Organization, {});
  });
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-keys-'));
  return () => rm(dataDir, { recursive: true, force: true });
});

const keys = () =>
  databases.maintenance.projects((em) => em.find(ApiKey, {}, { orderBy: { createdAt: 'asc' } }));

describe('an installation', () => {
  test('starts with one organisation and one key, in a file for its owner alone', async () => {
    const first = await ensureDefaultOrganization(databases, dataDir);
    expect(first.keyWritten).toBe(true);
    const key = (await readApiKey(dataDir)) as string;
    expect(key).toMatch(/^gsw_[\w-]{43}[0-9a-f]{8}$/);
    expect((await stat(apiKeyFile(dataDir))).mode & 0o777).toBe(0o600);
    const [row] = await keys();
    expect(row).toMatchObject({ name: 'first key', lastFour: key.slice(-4) });
    expect(JSON.stringify(row)).not.toContain(key);
    expect(await findOrganizationOf(databases, key)).toMatchObject({
      organizationId: first.organizationId,
      keyName: 'first key',
      isOperator: true,
    });
  });

  test('keeps its key however often it starts, and from however many processes', async () => {
    const all = await Promise.all([1, 2, 3].map(() => ensureDefaultOrganization(databases, dataDir)));
    expect(new Set(all.map((one) => one.organizationId)).size).toBe(1);
    const key = await readFile(apiKeyFile(dataDir), 'utf8');
    expect(await ensureDefaultOrganization(databases, dataDir)).toEqual({
      organizationId: all[0]?.organizationId,
      keyWritten: false,
    });
    expect(await readFile(apiKeyFile(dataDir), 'utf8')).toBe(key);
    expect(await keys()).toHaveLength(1);
  });

  test('gets a further key where the file was lost, damaged, or its key revoked', async () => {
    await ensureDefaultOrganization(databases, dataDir);
    const first = (await readApiKey(dataDir)) as string;
    await rm(apiKeyFile(dataDir));
    await ensureDefaultOrganization(databases, dataDir);
    const second = (await readApiKey(dataDir)) as string;
    expect(second).not.toBe(first);
    expect((await keys()).map((row) => row.name)).toEqual([
      'first key',
      expect.stringMatching(/^recovered 2/),
    ]);
    expect(await findOrganizationOf(databases, first)).not.toBeNull();

    await writeFile(apiKeyFile(dataDir), 'damaged');
    await ensureDefaultOrganization(databases, dataDir);
    const third = (await readApiKey(dataDir)) as string;
    await databases.maintenance.projects((em) => em.nativeUpdate(ApiKey, {}, { revokedAt: new Date() }));
    expect((await ensureDefaultOrganization(databases, dataDir)).keyWritten).toBe(true);
    const fourth = (await readApiKey(dataDir)) as string;
    expect(new Set([first, second, third, fourth]).size).toBe(4);
    expect(await findOrganizationOf(databases, fourth)).not.toBeNull();
  });

  test('has no key to read before it was set up', async () => {
    expect(await readApiKey(dataDir)).toBeUndefined();
  });
});

describe('a key', () => {
  test('speaks for its organisation until it is revoked', async () => {
    const id = '7d8f1c3e-2b4a-4c6d-8e9f-0a1b2c3d4e5f';
    await databases.inOrganization(id).projects(async (em) => {
      em.persist(em.create(Organization, { id, name: 'Acme', slug: 'acme' }));
    });
    const key = await createApiKey(databases, id, 'ci');
    const holder = await findOrganizationOf(databases, key);
    expect(holder).toMatchObject({
      organizationId: id,
      organizationName: 'Acme',
      keyName: 'ci',
      isOperator: false,
    });
    const apiKeyId = holder?.apiKeyId as string;
    expect(await findHolderOf(databases, apiKeyId)).toEqual(holder);
    await databases.maintenance.projects((em) =>
      em.nativeUpdate(ApiKey, { id: apiKeyId }, { revokedAt: new Date() }),
    );
    expect(await findOrganizationOf(databases, key)).toBeNull();
    expect(await findHolderOf(databases, apiKeyId)).toBeNull();
  });

  test('works until it expires, and while its organisation is not archived', async () => {
    const { organizationId: id } = await ensureDefaultOrganization(databases, dataDir);
    const soon = new Date(Date.now() + 60_000);
    const key = await createApiKey(databases, id, 'ci', { role: 'operator', expiresAt: soon });
    const holder = await findOrganizationOf(databases, key);
    expect(holder).toMatchObject({ keyName: 'ci', role: 'operator' });
    const holders = async () => [
      await findOrganizationOf(databases, key),
      await findHolderOf(databases, holder?.apiKeyId as string),
    ];
    await databases.maintenance.projects((em) =>
      em.nativeUpdate(ApiKey, { name: 'ci' }, { expiresAt: new Date(Date.now() - 1) }),
    );
    expect(await holders()).toEqual([null, null]);
    await databases.maintenance.projects((em) => em.nativeUpdate(ApiKey, {}, { expiresAt: null }));
    expect(await holders()).toEqual([holder, holder]);
    await databases.maintenance.projects((em) =>
      em.nativeUpdate(Organization, { id }, { archivedAt: new Date() }),
    );
    expect(await holders()).toEqual([null, null]);
  });

  test('that has expired is replaced in the file', async () => {
    await ensureDefaultOrganization(databases, dataDir);
    await databases.maintenance.projects((em) => em.nativeUpdate(ApiKey, {}, { expiresAt: new Date() }));
    expect((await ensureDefaultOrganization(databases, dataDir)).keyWritten).toBe(true);
  });

  test('is not found by what is nearly it', async () => {
    await ensureDefaultOrganization(databases, dataDir);
    const key = (await readApiKey(dataDir)) as string;
    for (const near of [
      '',
      key.slice(0, -1),
      `${key}x`,
      key.replace('gsw_', ''),
      key.toUpperCase(),
      `${key}\0`,
    ]) {
      expect(await findOrganizationOf(databases, near)).toBeNull();
    }
  });

  test('notes its use once a minute', async () => {
    await ensureDefaultOrganization(databases, dataDir);
    const key = (await readApiKey(dataDir)) as string;
    expect((await keys())[0]?.lastUsedAt).toBeNull();
    await findOrganizationOf(databases, key);
    const noted = (await keys())[0]?.lastUsedAt;
    expect(noted).toBeInstanceOf(Date);
    await findOrganizationOf(databases, key);
    expect((await keys())[0]?.lastUsedAt).toEqual(noted);
    const earlier = new Date(Date.now() - 61_000);
    await databases.maintenance.projects((em) => em.nativeUpdate(ApiKey, {}, { lastUsedAt: earlier }));
    await findOrganizationOf(databases, key);
    expect((await keys())[0]?.lastUsedAt?.getTime()).toBeGreaterThan(earlier.getTime());
  });
});

test.each([
  ['a token ghp_0123456789abcdefghij in it', 'a token ghp_[redacted] in it'],
  ['Authorization: Bearer abcdefghijklmnopqrst', 'Authorization: Bearer [redacted]'],
  ['postgres://app:hunter2@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
  ['password=hunter2-hunter2 is wrong', 'password=[redacted] is wrong'],
  ['{"api_key": "0123456789abc"}', '{"api_key": "[redacted]"}'],
  ['the token: expired yesterday', 'the token: expired yesterday'],
  ['whsec_0123456789abcdefghij', 'whsec_[redacted]'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- left', '[redacted] left'],
  ['redis://:hunter2@cache', 'redis://:[redacted]@cache'],
  [
    'stage task_execution of 7d8f1c3e-2b4a-4c6d-8e9f-0a1b2c3d4e5f',
    'stage task_execution of 7d8f1c3e-2b4a-4c6d-8e9f-0a1b2c3d4e5f',
  ],
  ['see https://github.com/acme/widgets/pull/1', 'see https://github.com/acme/widgets/pull/1'],
])('what is shown of "%s" is "%s"', (text, shown) => {
  expect(redact(text)).toBe(shown);
});

import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { Credential } from '../../entities/projects/credential.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { keyringOf, localKey, type MasterKey } from '../../src/security/vault/keyring.ts';
import { rotateMaster } from '../../src/security/vault/rotate-master.ts';
import {
  listCredentials,
  openCredential,
  revokeCredential,
  setCredential,
} from '../../src/security/vault/store.ts';
import { watchExpiry } from '../../src/security/vault/watch-expiry.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

const day = 24 * 3_600_000;
let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases.close();
  await fresh.drop();
});

const one = localKey('one', randomBytes(32));
const two = localKey('two', randomBytes(32));
let keys: MasterKey[];
const keyring = async () => keyringOf(keys[0] as MasterKey, keys.slice(1));
const vaultOf = (organizationId: string) => ({
  databases: databases.inOrganization(organizationId),
  organizationId,
  keyring,
});
const secret = 'ghp_CanaryCanaryCanaryCanary1234';
let vault: ReturnType<typeof vaultOf>;
const rowOf = (id: string) => vault.databases.projects((em) => em.findOneOrFail(Credential, id));
/** As somebody who has got hold of the database. */
const asAdmin = async (sql: string, values: unknown[]) => {
  const client = new pg.Client({ connectionString: fresh.adminUrls.projects });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
};

beforeEach(async () => {
  keys = [one];
  vault = vaultOf(randomUUID());
  await asAdmin('truncate credentials', []);
});

describe('a credential', () => {
  test('is kept sealed, and shown by its last four characters', async () => {
    const { id } = await setCredential(vault, { kind: 'github_token', secret: `${secret}\n`, by: 'Ada' });
    const [shown] = await listCredentials(vault);
    expect(shown).toMatchObject({
      id,
      provider: 'github',
      name: 'default',
      lastFour: '1234',
      status: 'active',
    });
    expect(inspect(shown, { depth: 9 })).not.toContain('Canary');
    expect(await openCredential(vault, await rowOf(id))).toBe(secret);
    const [raw] = await asAdmin('select c::text as text, sealed_secret from credentials c', []);
    expect(raw.text + raw.sealed_secret.toString('latin1')).not.toContain('Canary');
  });

  test('shows nothing of a value that is too short to show any', async () => {
    await setCredential(vault, { kind: 'slack_signing_secret', secret: 'short', by: 'Ada' });
    expect((await listCredentials(vault))[0]?.lastFour).toBeNull();
  });

  test('that is replaced keeps its id, and is valid again', async () => {
    const { id } = await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    await vault.databases.projects(async (em) =>
      (await em.findOneOrFail(Credential, id)).invalidate('expired'),
    );
    const replaced = await setCredential(vault, {
      kind: 'github_token',
      secret: 'ghp_another_one_5678',
      by: 'Bob',
    });
    expect(replaced).toMatchObject({ id, status: 'active', statusReason: null, lastFour: '5678' });
    expect(await openCredential(vault, await rowOf(id))).toBe('ghp_another_one_5678');
  });

  test('that is revoked loses its value for good, and its name is free again', async () => {
    const first = await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    expect(await revokeCredential(vault, { kind: 'github_token', by: 'Ada' })).toMatchObject({
      status: 'revoked',
      statusReason: 'revoked by Ada',
    });
    expect(await rowOf(first.id)).toMatchObject({
      sealedSecret: Buffer.alloc(0),
      sealedDataKey: Buffer.alloc(0),
    });
    const again = await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    expect(again.id).not.toBe(first.id);
    await expect(revokeCredential(vault, { kind: 'linear_key', by: 'Ada' })).rejects.toThrow(
      'There is no linear_key called "default".',
    );
  });

  test.each([
    ['github_token', 'two words'],
    ['github_token', ''],
    ['github_app', 'ghp_no_pem_at_all'],
    ['linear_oauth', '{"accessToken":"lin_oauth_secretsecret"}'],
    ['codegen_key', 'codegen_secretsecret'],
  ] as const)('of kind %s that cannot be one is refused without being shown', async (kind, wrong) => {
    const settings = { appId: '1', installationId: '2', clientId: '3' };
    const failure = await setCredential(vault, { kind, secret: wrong, settings, by: 'Ada' }).catch(
      (error) => error,
    );
    expect(failure.name).toBe('VaultError');
    if (wrong) expect(failure.message).not.toContain(wrong);
    expect(await listCredentials(vault)).toEqual([]);
  });

  test('is worth nothing when its bytes are copied to another organisation, provider, kind or row', async () => {
    const { id } = await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    const copy = async (change: string) => {
      const columns = `provider, kind, name, sealed_secret, sealed_data_key, master_key_id, created_by`;
      await asAdmin(
        `insert into credentials (id, organization_id, ${columns})
         select ${change.includes('organization') ? 'id, gen_random_uuid()' : 'gen_random_uuid(), organization_id'},
                provider, kind, 'copy', sealed_secret, sealed_data_key, master_key_id, created_by from credentials where id = $1`,
        [id],
      ).catch(() => undefined);
    };
    await copy('row');
    await expect(openCopy('name', 'copy')).rejects.toThrow(/cannot be opened/);
    for (const [column, value] of [
      ['organization_id', randomUUID()],
      ['provider', 'linear'],
      ['kind', 'linear_key'],
      ['id', randomUUID()],
    ] as const) {
      await asAdmin(`delete from credentials where name = 'copy'`, []);
      await asAdmin(`update credentials set ${column} = $1 where name = 'default'`, [value]);
      await expect(openCopy('name', 'default'), column).rejects.toThrow(/cannot be opened/);
      await asAdmin('truncate credentials', []);
      await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
      expect(await openCopy('name', 'default')).toBe(secret);
    }
  });

  const openCopy = async (column: 'name', value: string) => {
    const row = await databases.maintenance.projects((em) =>
      em.findOneOrFail(Credential, { [column]: value }),
    );
    return openCredential({ keyring }, row);
  };

  test('of another organisation is neither seen nor replaced', async () => {
    await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    const other = vaultOf(randomUUID());
    expect(await listCredentials(other)).toEqual([]);
    await expect(revokeCredential(other, { kind: 'github_token', by: 'Eve' })).rejects.toThrow(/There is no/);
    await setCredential(other, { kind: 'github_token', secret: 'ghp_of_the_other_one', by: 'Eve' });
    const [mine] = await listCredentials(vault);
    expect(await openCredential(vault, await rowOf(mine?.id ?? ''))).toBe(secret);
  });
});

describe('a rotation of the master key', () => {
  const fill = async (count: number) => {
    const ids: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const owner = vaultOf(randomUUID());
      ids.push((await setCredential(owner, { kind: 'linear_key', secret: `lin_${at}`, by: 'Ada' })).id);
    }
    return ids;
  };
  const all = () => databases.maintenance.projects((em) => em.find(Credential, {}));

  test('leaves nothing under the old key where a value is replaced just then', async () => {
    const { id } = await setCredential(vault, { kind: 'github_token', secret, by: 'Ada' });
    const held = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const holding = databases.maintenance.projects(async (em) => {
      await em.execute('select 1 from credentials where id = ? for update', [id]);
      read.resolve();
      await held.promise;
    });
    await read.promise;
    const replacing = setCredential(vault, { kind: 'github_token', secret: 'ghp_another', by: 'Ada' });
    await expect
      .poll(() =>
        asAdmin(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          [],
        ),
      )
      .toHaveLength(1);
    keys = [two];
    held.resolve();
    await Promise.all([holding, replacing]);
    expect(await openCredential(vault, await rowOf(id))).toBe('ghp_another');
  });

  test('interrupted anywhere and taken up again puts all under the new key; then the old one may go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (stops, batch) => {
          keys = [one];
          await asAdmin('truncate credentials', []);
          const ids = await fill(7);
          keys = [two, one];
          let done = 0;
          for (const stop of stops) {
            const interruption = new AbortController();
            let batches = 0;
            const { rewrapped, stillNeeded } = await rotateMaster(databases, keyring, {
              batch,
              signal: interruption.signal,
              onProgress: () => {
                batches += 1;
                if (batches > stop) interruption.abort();
              },
            });
            done += rewrapped;
            expect(stillNeeded).toEqual(done < 7 ? ['one'] : []);
          }
          const last = await rotateMaster(databases, keyring, { batch });
          expect(last).toMatchObject({ masterKeyId: 'two', rewrapped: 7 - done, stuck: [], stillNeeded: [] });
          keys = [two];
          const rows = await all();
          expect(rows.map(({ id }) => id).sort()).toEqual(ids.sort());
          for (const row of rows) expect(await openCredential({ keyring }, row)).toMatch(/^lin_\d$/);
        },
      ),
      { numRuns: 8 },
    );
  });

  test('that fails in the middle of a batch has changed nothing of that batch, and goes on', async () => {
    await fill(5);
    let wraps = 0;
    const failing: MasterKey = {
      ...two,
      wrap: async (dataKey, context) => {
        wraps += 1;
        if (wraps === 4) throw new Error('the connection to the service broke');
        return two.wrap(dataKey, context);
      },
    };
    keys = [failing, one];
    const first = await rotateMaster(databases, keyring, { batch: 2 });
    expect(first).toMatchObject({ rewrapped: 4, stillNeeded: ['one'] });
    expect(first.stuck[0]?.reason).toBe('the connection to the service broke');
    expect(await rotateMaster(databases, keyring)).toMatchObject({
      rewrapped: 1,
      stuck: [],
      stillNeeded: [],
    });
  });

  test('says which credentials need a key that is not here', async () => {
    const [id] = await fill(1);
    keys = [two];
    const { stuck, stillNeeded } = await rotateMaster(databases, keyring);
    expect(stuck).toMatchObject([{ credentialId: id, masterKeyId: 'one' }]);
    expect(stuck[0]?.reason).toMatch(/Give it in VAULT_PREVIOUS_MASTER_KEYS/);
    expect(stillNeeded).toEqual(['one']);
  });

  test('runs while values are replaced, and two at a time, without losing any', async () => {
    const ids = await fill(12);
    keys = [two, one];
    const owners = new Map((await all()).map((row) => [row.id, row.organizationId]));
    await Promise.all([
      rotateMaster(databases, keyring, { batch: 3 }),
      rotateMaster(databases, keyring, { batch: 2 }),
      ...ids
        .slice(0, 4)
        .map((id) =>
          setCredential(vaultOf(owners.get(id) ?? ''), { kind: 'linear_key', secret: 'lin_new', by: 'Bob' }),
        ),
    ]);
    keys = [two];
    const opened = await Promise.all((await all()).map((row) => openCredential({ keyring }, row)));
    expect(opened.filter((value) => value === 'lin_new')).toHaveLength(4);
    expect(opened).toHaveLength(12);
  });
});

describe('the watch over expiry', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const inDays = (days: number) => new Date(now.getTime() + days * day);
  const events = () =>
    vault.databases.events((em) => em.find(Event, { source: 'vault' }, { orderBy: { eventType: 'asc' } }));

  test('announces once what ends within fourteen days, and marks what has ended', async () => {
    const give = (name: string, expiresAt: Date | null) =>
      setCredential(vault, { kind: 'github_token', name, secret, expiresAt, by: 'Ada' });
    await give('ended', inDays(-0.01));
    await give('soon', inDays(13.9));
    await give('later', inDays(14.1));
    await give('never', null);

    const first = await watchExpiry(databases, now);
    expect(first.announced.map(({ name }) => name)).toEqual(['soon']);
    expect(first.expired.map(({ name }) => name)).toEqual(['ended']);
    expect(await watchExpiry(databases, now)).toEqual({ announced: [], expired: [] });
    expect((await events()).map((event) => [event.eventType, event.payload.name])).toEqual([
      ['credential.expired', 'ended'],
      ['credential.expiring', 'soon'],
    ]);
    const ended = (await listCredentials(vault)).find(({ name }) => name === 'ended');
    expect(ended).toMatchObject({ status: 'invalid', statusReason: 'it expired on 2026-03-01' });

    const next = await watchExpiry(databases, inDays(1));
    expect(next.announced.map(({ name }) => name)).toEqual(['later']);
  });

  test('announces a replaced credential anew', async () => {
    await setCredential(vault, { kind: 'github_token', secret, expiresAt: inDays(3), by: 'Ada' });
    await watchExpiry(databases, now);
    await setCredential(vault, { kind: 'github_token', secret, expiresAt: inDays(10), by: 'Ada' });
    expect((await watchExpiry(databases, now)).announced).toHaveLength(1);
    expect(await events()).toHaveLength(2);
  });
});

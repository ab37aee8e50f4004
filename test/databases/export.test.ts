import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportOrganization, isSecret } from '../../src/erasure/export-organization.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { contentPerTable, fillEveryTable, withAdmin } from '../support/families.ts';

let fresh: FreshDatabases;
let root: string;
const [ours, theirs] = [randomUUID(), randomUUID()];
beforeAll(async () => {
  fresh = await freshDatabases();
  root = await mkdtemp(path.join(os.tmpdir(), 'gsw-export-'));
  await fillEveryTable(fresh.adminUrls, ours, 'ours');
  await fillEveryTable(fresh.adminUrls, theirs, 'theirs');
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await fresh?.drop();
});

/** Without secrets, and without generated columns, which say nothing of their own. */
const stored = (row: string, like: object) =>
  Object.fromEntries(
    Object.entries(JSON.parse(row)).filter(([column]) => column in like && !isSecret(column)),
  );

it('holds every row of every table of the organisation, no secret, and nothing of another', async () => {
  const folder = path.join(root, 'first');
  const tables = await exportOrganization({ urls: fresh.config.databaseUrls, organizationId: ours, folder });
  const found: Record<string, unknown[]> = {};
  let all = '';
  for (const { database, table, file, rows, sha256 } of tables) {
    const text = await readFile(path.join(folder, file), 'utf8');
    const lines = text.split('\n').slice(0, -1);
    expect([lines.length, createHash('sha256').update(text).digest('hex')]).toEqual([rows, sha256]);
    found[`${database}.${table}`] = lines.map((line) => JSON.parse(line));
    all += text;
  }
  const expected = Object.entries(await contentPerTable(fresh.adminUrls, ours));
  for (const [table, rows] of expected) {
    expect(found[table], table).toHaveLength(rows.length);
    expect(found[table], table).toEqual(
      expect.arrayContaining(rows.map((row) => stored(row, found[table]?.[0] as object))),
    );
  }
  expect(Object.keys(found).sort()).toEqual(expected.map(([table]) => table).sort());
  expect(all).toContain(ours);
  expect(all).not.toContain(theirs);
  const leftOut = tables.flatMap(({ table, leftOut }) => leftOut.map((column) => `${table}.${column}`));
  expect(leftOut).toEqual(
    expect.arrayContaining(['api_keys.key_hash', 'credentials.sealed_secret', 'credentials.sealed_data_key']),
  );
});

it('keeps numbers, texts and times as the database has them', async () => {
  const id = randomUUID();
  const text = 'a "quoted" line\nand \\ another\t– ünïcode \u2028';
  await withAdmin(fresh.adminUrls.events, (client) =>
    client.query(
      `insert into events (id, organization_id, source, external_id, event_type, payload, occurred_at)
       values ($1::uuid, $2, 'test', $1::uuid::text, 'test', $3, '2026-01-02 03:04:05.678901+00')`,
      [id, ours, `{"text": ${JSON.stringify(text)}, "big": 9007199254740993}`],
    ),
  );
  const folder = path.join(root, 'second');
  await exportOrganization({ urls: fresh.config.databaseUrls, organizationId: ours, folder });
  const lines = (await readFile(path.join(folder, 'events_db', 'events.ndjson'), 'utf8')).split('\n');
  const line = lines.find((one) => one.includes(id)) ?? '';
  expect(JSON.parse(line).payload.text).toBe(text);
  expect(line).toContain('9007199254740993');
  expect(JSON.parse(line).occurred_at).toBe('2026-01-02T03:04:05.678901+00:00');
});

it('is not written into a folder that holds something', async () => {
  const folder = path.join(root, 'first');
  const again = exportOrganization({ urls: fresh.config.databaseUrls, organizationId: ours, folder });
  await expect(again).rejects.toThrow(/is not empty/);
  expect(await readdir(folder)).toContain('manifest.json');
});

it.each([
  ['key_hash', true],
  ['sealed_secret', true],
  ['sealed_data_key', true],
  ['signing_secret', true],
  ['password', true],
  ['content_hash', false],
  ['input_tokens', false],
  ['refresh_token', true],
  ['last_four', false],
])('the column %s counts as secret: %s', (column, secret) => {
  expect(isSecret(column)).toBe(secret);
});

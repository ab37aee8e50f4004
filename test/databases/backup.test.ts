import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseNames } from '../../src/config.ts';
import { backUp } from '../../src/databases/backup/backup.ts';
import type { Manifest } from '../../src/databases/backup/format.ts';
import { RowDigest } from '../../src/databases/backup/row-digest.ts';
import { verifyBackup } from '../../src/databases/backup/verify.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { fillEveryTable, rowsPerTable, withAdmin } from '../support/families.ts';
import { killWork } from '../support/kill-work.ts';

let fresh: FreshDatabases;
let root: string;
const organization = randomUUID();
beforeAll(async () => {
  fresh = await freshDatabases();
  root = await mkdtemp(path.join(os.tmpdir(), 'gsw-backup-'));
  await fillEveryTable(fresh.adminUrls, organization, 'ours');
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await fresh?.drop();
});

let made = 0;
const newFolder = () => {
  made += 1;
  return path.join(root, `backup-${made}`);
};
const make = (folder: string) => backUp({ urls: fresh.config.maintenanceUrls, folder });

describe('a backup', () => {
  it('holds every row of every table, with what the tables were made by', async () => {
    const folder = newFolder();
    const manifest = await make(folder);
    const counted: Record<string, number> = {};
    for (const name of databaseNames) {
      for (const { table, rows } of manifest.databases[name].tables) counted[`${name}.${table}`] = rows;
      expect(manifest.databases[name].migrations.length).toBeGreaterThan(0);
    }
    expect(counted).toEqual(await rowsPerTable(fresh.adminUrls, organization));
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(0);
    expect(await verifyBackup(folder)).toMatchObject({ faults: [], tables: Object.keys(counted).length });
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect((await stat(path.join(folder, 'manifest.json'))).mode & 0o077).toBe(0);
  });

  it('takes the snapshot of workflows_db first and of events_db last, and says how far apart they lie', async () => {
    const { databases, snapshotGapMs } = await make(newFolder());
    const at = (name: keyof Manifest['databases']) => databases[name].snapshot;
    for (const name of databaseNames) {
      expect(at('workflows').before <= at(name).before).toBe(true);
      expect(at('events').after >= at(name).after).toBe(true);
    }
    expect(snapshotGapMs).toBeGreaterThan(0);
    expect(snapshotGapMs).toBeLessThan(30_000);
  });

  it('holds no secret but what rows hold, unless asked', async () => {
    const secretsFile = path.join(root, 'secrets.json');
    await writeFile(secretsFile, '{"postgres":"hush"}');
    const without = newFolder();
    await make(without);
    expect(await readdir(without)).not.toContain('secrets.json');
    const folder = newFolder();
    const manifest = await backUp({ urls: fresh.config.maintenanceUrls, folder, secretsFile });
    expect(manifest.secretsIncluded).toBe(true);
    expect((await stat(path.join(folder, 'secrets.json'))).mode & 0o077).toBe(0);
    const text = await readFile(path.join(folder, 'manifest.json'), 'utf8');
    expect(text).not.toContain('hush');
    expect(text).not.toContain('postgres://');
  });

  it('is not written into a folder that holds something else, or a backup', async () => {
    const folder = newFolder();
    await make(folder);
    await expect(make(folder)).rejects.toThrow(/is not empty \(manifest.json\)/);
    const interrupted = newFolder();
    await mkdir(path.join(interrupted, 'task_db'), { recursive: true });
    await writeFile(path.join(interrupted, 'task_db', 'half'), 'x');
    await expect(verifyBackup(interrupted)).rejects.toThrow(/no finished backup/);
    await make(interrupted);
    expect((await verifyBackup(interrupted)).faults).toEqual([]);
  });
});

it('killed in the middle it is no backup, and its folder is used again', async () => {
  const folder = newFolder();
  const orders = { work: 'backup', config: fresh.config, folder, organizationId: organization } as const;
  expect(await killWork({ ...orders, owners: {} as Owners, killAt: 3 })).toBe('killed');
  await expect(verifyBackup(folder)).rejects.toThrow(/no finished backup/);
  await make(folder);
  expect((await verifyBackup(folder)).faults).toEqual([]);
});

describe('verification', () => {
  const file = 'events_db/events.copy.zst';

  it('finds a byte changed anywhere in any file, one added, one missing, and a file that is gone', async () => {
    const folder = newFolder();
    const { databases } = await make(folder);
    const files = databaseNames.flatMap((name) => databases[name].tables.map((table) => table.file));
    const whole = new Map<string, Buffer>();
    for (const one of files) whole.set(one, await readFile(path.join(folder, one)));
    const faults = async () => (await verifyBackup(folder)).faults;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (one, where, flip) => {
          const bytes = Buffer.from(whole.get(one) as Buffer);
          const index = where % bytes.length;
          bytes[index] = (bytes[index] as number) ^ flip;
          await writeFile(path.join(folder, one), bytes);
          const found = await faults();
          await writeFile(path.join(folder, one), whole.get(one) as Buffer);
          expect(found).toEqual([expect.stringMatching(new RegExp(`^${one}: (was changed|cannot be read)`))]);
        },
      ),
      { numRuns: 40 },
    );
    await appendFile(path.join(folder, file), 'x');
    expect(await faults()).toEqual([expect.stringContaining('bytes instead of')]);
    await writeFile(path.join(folder, file), (whole.get(file) as Buffer).subarray(0, -1));
    expect((await faults())[0]).toMatch(/bytes instead of|cannot be read/);
    await rm(path.join(folder, file));
    expect(await faults()).toEqual([`${file}: is missing`]);
  }, 180_000);

  it('finds other rows even where their file was replaced together with its hash', async () => {
    const folder = newFolder();
    const manifest = await make(folder);
    const entry = manifest.databases.events.tables.find(({ table }) => table === 'events');
    const rows = zlib.zstdDecompressSync(await readFile(path.join(folder, file)));
    const forged = zlib.zstdCompressSync(Buffer.from(rows.toString().replace(organization, randomUUID())));
    await writeFile(path.join(folder, file), forged);
    Object.assign(entry ?? {}, {
      bytes: forged.length,
      sha256: createHash('sha256').update(forged).digest('hex'),
    });
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
    expect((await verifyBackup(folder)).faults).toEqual([`${file}: holds other rows`]);
  });
});

describe('the digest of rows', () => {
  const digest = async (chunks: string[]) => {
    const stream = new RowDigest();
    stream.resume();
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    await finished(stream);
    return `${stream.rows} ${stream.digest()}`;
  };
  const lines = fc.array(
    fc.string().map((line) => line.replaceAll('\n', '')),
    { maxLength: 30 },
  );

  it('does not depend on the order of rows, nor on how the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(), async (rows, seed) => {
        const text = rows.map((row) => `${row}\n`).join('');
        const cut = text.length === 0 ? 0 : seed % text.length;
        const turned = rows.map((_, index) => rows[(index + seed) % rows.length]);
        const whole = await digest([text]);
        expect(await digest([text.slice(0, cut), text.slice(cut)])).toBe(whole);
        expect(await digest([turned.map((row) => `${row}\n`).join('')])).toBe(whole);
      }),
    );
  });

  it('is another one when a row is missing, doubled or changed', async () => {
    const of = (...rows: string[]) => digest([rows.map((row) => `${row}\n`).join('')]);
    const all = await Promise.all([
      of('a', 'b'),
      of('a'),
      of('a', 'b', 'b'),
      of('a', 'b', 'b', 'b'),
      of('a', 'c'),
      of(),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });
});

it('goes on being whole while rows are written: no row is half there', async () => {
  let stopped = false;
  let written = 0;
  const writer = withAdmin(fresh.adminUrls.workflows, async (client) => {
    while (!stopped) {
      const id = randomUUID();
      await client.query('begin');
      await client.query(
        `insert into workflow_executions (id, organization_id, name, github_owner, github_repo_name, current_stage, stages, created_by)
         values ($1, $2, 'x', 'x', 'x', 'x', '[]', 'x')`,
        [id, organization],
      );
      await client.query(
        `insert into workflow_stage_executions (id, organization_id, workflow_execution_id, stage, stage_order)
         values (gen_random_uuid(), $1, $2, 'x', 1)`,
        [organization, id],
      );
      await client.query('commit');
      written += 1;
    }
  });
  for (let round = 0; round < 3; round++) {
    const { databases } = await make(newFolder());
    const rows = (table: string) => databases.workflows.tables.find((one) => one.table === table)?.rows ?? 0;
    expect(rows('workflow_executions')).toBe(rows('workflow_stage_executions'));
  }
  stopped = true;
  await writer;
  expect(written).toBeGreaterThan(10);
});

import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseNames } from '../../src/config.ts';
import { backUp } from '../../src/databases/backup/backup.ts';
import { readManifest } from '../../src/databases/backup/format.ts';
import { restore } from '../../src/databases/backup/restore.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import { ownerOf } from '../../src/databases/names.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { contentPerTable, fillEveryTable, rowsPerTable, withAdmin } from '../support/families.ts';
import { killWork } from '../support/kill-work.ts';

let source: FreshDatabases;
let target: FreshDatabases;
let root: string;
let folder: string;
const [ours, theirs] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  source = await freshDatabases();
  root = await mkdtemp(path.join(os.tmpdir(), 'gsw-restore-'));
  folder = path.join(root, 'backup');
  await fillEveryTable(source.adminUrls, ours, 'ours');
  await fillEveryTable(source.adminUrls, theirs, 'theirs');
  await withAdmin(source.adminUrls.workflows, (client) =>
    client.query(
      `update workflow_executions set status = 'running' where id in (select min(id::text)::uuid from workflow_executions)`,
    ),
  );
  await withAdmin(source.adminUrls.workflows, (client) =>
    client.query(`update workflow_executions set status = 'completed' where status = 'running'`),
  );
  await withAdmin(source.adminUrls.workflows, (client) =>
    client.query(`select setval(pg_get_serial_sequence('outbox', 'sequence'), 4711)`),
  );
  await backUp({ urls: source.config.maintenanceUrls, folder });
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await source?.drop();
});
beforeEach(async () => {
  target = await freshDatabases();
});
afterEach(() => target.drop());

const ownersOf = (fresh: FreshDatabases): Owners =>
  Object.fromEntries(
    databaseNames.map((name) => [name, { url: fresh.adminUrls[name], role: ownerOf(name) }]),
  ) as Owners;

/** What guards the tables of a database: policies, forced security, triggers and their modes, constraints. */
async function guardsOf(fresh: FreshDatabases) {
  const guards: Record<string, unknown[]> = {};
  for (const name of databaseNames) {
    guards[name] = await withAdmin(fresh.adminUrls[name], async (client) => {
      const { rows } = await client.query(
        `select relname as name, relrowsecurity::text || relforcerowsecurity as what from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         union all select t.tgrelid::regclass || '.' || tgname, tgenabled::text from pg_trigger t where not tgisinternal
         union all select conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) || convalidated from pg_constraint where connamespace = 'public'::regnamespace
         order by 1, 2`,
      );
      return rows;
    });
  }
  return guards;
}

const content = async (fresh: FreshDatabases) => {
  const all = [await contentPerTable(fresh.adminUrls, ours), await contentPerTable(fresh.adminUrls, theirs)];
  // the one thing that restoring adds
  return JSON.parse(JSON.stringify(all).replaceAll(/\\"restored_at\\": (null|\\"[^"]+\\")/g, ''));
};

describe('restoring', () => {
  it('gives back every row of every table, and leaves every guard as it was', async () => {
    const before = await guardsOf(target);
    const steps: string[] = [];
    await restore({ owners: ownersOf(target), folder, onProgress: (step) => steps.push(step) });
    expect(await content(target)).toEqual(await content(source));
    expect(await guardsOf(target)).toEqual(before);
    expect(steps.at(-1)).toBe('workflows_db: restored');

    const databases = connectDatabases(target.config);
    const seen = await databases
      .inOrganization(ours)
      .task((em) => em.execute('select distinct organization_id from github_projects'));
    expect(seen).toEqual([{ organization_id: ours }]);
    await expect(
      databases
        .inOrganization(ours)
        .task((em) => em.execute(`insert into github_projects select gen_random_uuid(), '${theirs}'`)),
    ).rejects.toThrow();
    await databases.close();
  });

  it('sets sequences to where they were, so that numbers go on', async () => {
    await restore({ owners: ownersOf(target), folder });
    const next = await withAdmin(target.adminUrls.workflows, async (client) => {
      const { rows } = await client.query(
        `select nextval(pg_get_serial_sequence('outbox', 'sequence'))::int as value`,
      );
      return rows[0].value;
    });
    expect(next).toBe(4712);
  });

  it('marks workflows that are not over, so that their effects are looked for first', async () => {
    await restore({ owners: ownersOf(target), folder });
    const rows = await withAdmin(
      target.adminUrls.workflows,
      async (client) =>
        (await client.query('select status, restored_at is not null as marked from workflow_executions'))
          .rows,
    );
    expect(new Set(rows.map(({ status }) => status)).size).toBeGreaterThan(1);
    for (const { status, marked } of rows) {
      expect(marked).toBe(!['completed', 'failed', 'cancelled'].includes(status));
    }
  });

  it('refuses databases that hold rows, and replaces them only when told', async () => {
    const stranger = randomUUID();
    await fillEveryTable(target.adminUrls, stranger, 'stranger');
    const refused = restore({ owners: ownersOf(target), folder });
    await expect(refused).rejects.toThrow(/These tables hold rows: .*task_db\.github_projects.*--force/);
    expect(Math.min(...Object.values(await rowsPerTable(target.adminUrls, stranger)))).toBeGreaterThan(0);

    await restore({ owners: ownersOf(target), folder, force: true });
    expect(Object.values(await rowsPerTable(target.adminUrls, stranger)).filter((rows) => rows > 0)).toEqual(
      [],
    );
    expect(await content(target)).toEqual(await content(source));
  });

  it('refuses while workers or the API are connected', async () => {
    const databases = connectDatabases(target.config);
    await databases.inOrganization(ours).events((em) => em.execute('select 1'));
    await expect(restore({ owners: ownersOf(target), folder })).rejects.toThrow(
      /connections of workers or the API to events_db/,
    );
    await databases.close();
  });

  it('refuses while they are connected as a role of their own', async () => {
    const { adminUrls, config } = target;
    const own = { ...config, databaseUrls: adminUrls, maintenanceUrls: adminUrls };
    const databases = connectDatabases(own);
    await databases.inOrganization(ours).events((em) => em.execute('select 1'));
    await expect(restore({ owners: ownersOf(target), folder })).rejects.toThrow(
      /connections of workers or the API to events_db/,
    );
    await databases.close();
  });

  it('refuses a backup of other migrations, and names the release', async () => {
    const manifest = await readManifest(folder);
    const older = path.join(root, 'older');
    await rm(older, { recursive: true, force: true });
    await cp(folder, older, { recursive: true });
    manifest.version = '0.0.7';
    const last = manifest.databases.codebase.migrations.pop();
    await writeFile(path.join(older, 'manifest.json'), JSON.stringify(manifest));
    await expect(restore({ owners: ownersOf(target), folder: older })).rejects.toThrow(
      `The backup was made by version 0.0.7, whose codebase_db has other tables (migrations not in the backup: ${last})`,
    );
  });

  it('restores nothing of a damaged backup', async () => {
    const damaged = path.join(root, 'damaged');
    await cp(folder, damaged, { recursive: true });
    await writeFile(path.join(damaged, 'workflows_db', 'outbox.copy.zst'), 'nothing');
    await expect(restore({ owners: ownersOf(target), folder: damaged })).rejects.toThrow(
      /damaged; nothing was restored.*outbox/,
    );
    expect(Object.values(await rowsPerTable(target.adminUrls, ours)).filter((rows) => rows > 0)).toEqual([]);
  });

  it('killed anywhere, it leaves no database half restored, and is repeated to the same end', async () => {
    const orders = {
      work: 'restore',
      config: target.config,
      owners: ownersOf(target),
      folder,
      organizationId: ours,
    } as const;
    const before = await guardsOf(target);
    const all = await rowsPerTable(source.adminUrls, ours);
    let kills = 0;
    // each attempt gets further, for databases that are done are left alone
    for (const killAt of [1, 9, 14, 7]) {
      if ((await killWork({ ...orders, killAt })) === 'killed') kills += 1;
      const there = await rowsPerTable(target.adminUrls, ours);
      for (const name of databaseNames) {
        const tables = Object.keys(all).filter((table) => table.startsWith(`${name}.`));
        const full = tables.filter((table) => there[table] === all[table]);
        expect([0, tables.length], name).toContain(full.length);
      }
      expect(await guardsOf(target)).toEqual(before);
    }
    expect(kills).toBeGreaterThan(2);
    await restore({ owners: ownersOf(target), folder });
    expect(await content(target)).toEqual(await content(source));
  }, 300_000);
});

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseNames } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { ownerOf } from '../../src/databases/names.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { Queues } from '../../src/engine/queues.ts';
import {
  type EraseOptions,
  eraseOrganization,
  previewErasure,
} from '../../src/erasure/erase-organization.ts';
import { readErasure, unfinishedErasures } from '../../src/erasure/erasure-record.ts';
import { findOrganization } from '../../src/erasure/organization.ts';
import { runFiles, runIdOf, writeJson } from '../../src/integrations/agent/run-directory.ts';
import { backends, redisUrl } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { contentPerTable, fillEveryTable, rowsPerTable, withAdmin } from '../support/families.ts';
import { killWork } from '../support/kill-work.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let fresh: FreshDatabases;
let databases: Databases;
let owners: Owners;
let dataDir: string;
let ours: string;
const theirs = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  dataDir = await temporaryDataDir();
  owners = Object.fromEntries(
    databaseNames.map((name) => [name, { url: fresh.adminUrls[name], role: ownerOf(name) }]),
  ) as Owners;
  await fillEveryTable(fresh.adminUrls, theirs, 'theirs');
});
beforeEach(async () => {
  ours = randomUUID();
  await fillEveryTable(fresh.adminUrls, ours, `ours-${ours.slice(0, 8)}`);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function erase(options: Partial<EraseOptions> = {}, queues = postgresQueues()) {
  try {
    return await eraseOrganization({
      databases,
      owners,
      maintenanceUrls: fresh.config.maintenanceUrls,
      queues,
      queueNames: ['steps', 'github'],
      dataDir,
      organizationId: ours,
      ...options,
    });
  } finally {
    await queues.close();
  }
}

const postgresQueues = () =>
  new Queues({ postgres: { connectionString: fresh.config.queue.databaseUrl as string } }, () => undefined);

const remaining = async (organization: string) =>
  Object.entries(await rowsPerTable(fresh.adminUrls, organization)).filter(([, rows]) => rows > 0);

describe('erasing an organisation', () => {
  it('leaves none of its rows in any table, and every row of every other as it was', async () => {
    const before = await contentPerTable(fresh.adminUrls, theirs);
    const { counts, openWorkflows } = await previewErasure(databases, fresh.config.maintenanceUrls, ours);
    expect(Math.min(...counts.map(({ rows }) => rows))).toBeGreaterThan(0);
    expect(openWorkflows).toBe(2);
    const total = counts.reduce((sum, { rows }) => sum + rows, 0);

    expect(await erase()).toMatchObject({ rows: total });

    expect(await remaining(ours)).toEqual([]);
    expect(await contentPerTable(fresh.adminUrls, theirs)).toEqual(before);
    expect(await findOrganization(databases, `ours-${ours.slice(0, 8)}`)).toBeNull();
  });

  it('takes with the accounts of its people what they are in other organisations', async () => {
    const [member, project] = [randomUUID(), randomUUID()];
    await withAdmin(fresh.adminUrls.projects, async (client) => {
      await client.query(
        `insert into memberships (id, organization_id, user_id, role)
         select $1, $2, id, 'operator' from users where organization_id = $3 limit 1`,
        [member, theirs, ours],
      );
      await client.query(
        `insert into projects (id, organization_id, name, slug, owner_id) values ($1, $2, 'theirs', 'theirs', $3)`,
        [project, theirs, member],
      );
    });
    await erase();
    const { rows } = await withAdmin(fresh.adminUrls.projects, (client) =>
      client.query(
        `select owner_id, exists (select from memberships where id = $1) as member from projects where id = $2`,
        [member, project],
      ),
    );
    expect(rows).toEqual([{ owner_id: null, member: false }]);
  });

  it('removes append-only rows, too, without the triggers that keep what is deleted', async () => {
    await withAdmin(fresh.adminUrls.events, (client) =>
      client.query(
        `create function append_only() returns trigger language plpgsql as $$ begin raise exception 'append-only'; end $$;
         create trigger append_only before update or delete on events for each row execute function append_only();
         revoke delete on events from public, events_user, events_maintenance`,
      ),
    );
    await expect(
      databases.inOrganization(ours).events((em) => em.execute('delete from events')),
    ).rejects.toThrow();
    await erase();
    expect(await remaining(ours)).toEqual([]);
    const { rows } = await withAdmin(fresh.adminUrls.events, (client) =>
      client.query(`select distinct tgenabled from pg_trigger where tgname = 'append_only'`),
    );
    expect(rows).toEqual([{ tgenabled: 'O' }]);
    await withAdmin(fresh.adminUrls.events, (client) =>
      client.query(
        'drop function append_only cascade; grant delete on events to events_user, events_maintenance',
      ),
    );
  });

  it('keeps a record that names nobody', async () => {
    const { recordFile, rows } = await erase();
    const record = await readErasure(dataDir, ours);
    expect(record).toMatchObject({ organizationId: ours, finishedAt: expect.any(String) });
    expect(Object.values(record?.rows ?? {}).reduce((sum, count) => sum + count, 0)).toBe(rows);
    expect(JSON.stringify(record)).not.toContain('ours-');
    expect(recordFile).toContain(ours);
  });

  it('removes the folders of its agent runs and the copies of its repositories, and no others', async () => {
    const operationOf = async (organization: string) => {
      const { rows } = await withAdmin(fresh.adminUrls.workflows, (client) =>
        client.query(`select id from codegen_operations where organization_id = $1 limit 1`, [organization]),
      );
      return rows[0].id as string;
    };
    const makeRun = async (operation: string) => {
      const files = runFiles(dataDir, runIdOf(operation));
      await mkdir(files.worktree, { recursive: true });
      const record = { command: 'true', timeoutMs: 1, maxOutputBytes: 1, follows: null, startSha: null };
      await writeJson(files.request, { ...record, runKey: operation, worktreeOf: files.id });
      return files.root;
    };
    const [mine, other] = [await makeRun(await operationOf(ours)), await makeRun(await operationOf(theirs))];
    const mirrors: string[] = [];
    await withAdmin(fresh.adminUrls.workflows, async (client) => {
      for (const [owner, name, whose] of [
        ['acme', 'secret', ours],
        ['acme', 'shared', ours],
        ['acme', 'shared', theirs],
      ]) {
        await client.query(
          `insert into workflow_executions (id, organization_id, name, github_owner, github_repo_name, current_stage, stages, created_by)
           values (gen_random_uuid(), $1, 'x', $2, $3, 'x', '[]', 'x')`,
          [whose, owner, name],
        );
      }
    });
    // their workflows went by retention
    await withAdmin(fresh.adminUrls.task, (client) =>
      client.query(
        `update github_projects set github_owner = 'Acme', github_repo_name = 'Planned' where id = (select id from github_projects where organization_id = $1 limit 1)`,
        [ours],
      ),
    );
    await withAdmin(fresh.adminUrls.projects, (client) =>
      client.query(
        `update repositories set owner = 'acme', name = 'known' where id = (select id from repositories where organization_id = $1 limit 1)`,
        [ours],
      ),
    );
    for (const name of [
      'acme+planned-0123abcd.git',
      'acme+known-0123abcd.git',
      'acme+secret-0123abcd.git',
      'acme+shared-0123abcd.git',
      'acme+secret-plans-0123abcd.git',
    ]) {
      mirrors.push(path.join(dataDir, 'mirrors', name));
      await mkdir(mirrors.at(-1) as string, { recursive: true });
    }

    expect(await erase()).toMatchObject({ folders: 4 });
    expect([mine, other, ...mirrors].map((folder) => existsSync(folder))).toEqual([
      false,
      true,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it.each(backends())(
    'takes its jobs out of the queue on %s, and leaves those of others',
    async (backend) => {
      const connection =
        backend === 'Redis'
          ? { redisUrl: redisUrl(), prefix: `erase-${randomUUID().slice(0, 8)}` }
          : { postgres: { connectionString: fresh.config.queue.databaseUrl as string } };
      const queues = new Queues(connection, () => undefined);
      const add = (id: string, organizationId: string, parent?: { queue: string; id: string }) =>
        queues.add({
          queue: parent ? 'github' : 'steps',
          name: 'x',
          id,
          data: { organizationId },
          ...(parent ? { parent } : {}),
        });
      for (let one = 0; one < 3; one++) {
        await add(`ours-${one}`, ours);
        await add(`theirs-${one}`, theirs);
      }
      await queues
        .queue('steps')
        .add('x', { organizationId: ours }, { jobId: 'ours-later', delay: 1_000_000 });

      expect(await erase({}, queues)).toMatchObject({ jobs: 4 });

      const after = new Queues(connection, () => undefined);
      expect(await after.lookUp('steps', 'ours-0')).toBe('missing');
      expect(await after.lookUp('steps', 'ours-later')).toBe('missing');
      expect(await after.lookUp('steps', 'theirs-2')).toBe('live');
      await after.empty(['steps', 'github']);
      await after.close();
    },
  );

  it('killed anywhere, it is finished by running it again, by id where its name is gone', async () => {
    const before = await contentPerTable(fresh.adminUrls, theirs);
    const total = (await remaining(ours)).reduce((sum, [, rows]) => sum + rows, 0);
    const orders = {
      work: 'erase',
      config: fresh.config,
      owners,
      folder: dataDir,
      organizationId: ours,
    } as const;
    for (const killAt of [1, 3, 7, 11]) {
      expect(await killWork({ ...orders, killAt })).toBe('killed');
      expect(await unfinishedErasures(dataDir)).toEqual([ours]);
    }
    expect(await findOrganization(databases, `ours-${ours.slice(0, 8)}`)).toBeNull();
    expect(await findOrganization(databases, ours)).toEqual({ id: ours, slug: null });
    expect(await erase()).toMatchObject({ rows: total });
    expect(await remaining(ours)).toEqual([]);
    expect(await unfinishedErasures(dataDir)).toEqual([]);
    expect(await contentPerTable(fresh.adminUrls, theirs)).toEqual(before);
  }, 300_000);
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue } from '../../jobs/workflow.ts';
import { verifyBackup } from '../../src/databases/backup/verify.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import type { Report } from '../../src/legacy/report.ts';
import { applyRetention } from '../../src/retention/apply-retention.ts';
import { gsw, sentence } from '../cli/gsw.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { testEngine } from '../support/engine.ts';
import { legacyData } from '../support/legacy/data.ts';
import { withClient } from '../support/legacy/load.ts';
import { contentsOf, environmentOf, type LegacyPlace, legacyPlace } from '../support/legacy/place.ts';
import { canary } from '../support/legacy/world.ts';

const data = legacyData(100);
let fresh: FreshDatabases;
let place: LegacyPlace;
let backups: string;
beforeAll(async () => {
  backups = await mkdtemp(path.join(tmpdir(), 'gsw-backups-'));
  fresh = await freshDatabases();
  place = await legacyPlace(fresh, data);
});
afterAll(async () => {
  await place?.drop();
  await fresh?.drop();
  await rm(backups, { recursive: true, force: true });
});

const run = (...more: string[]) =>
  gsw(['migrate-legacy', ...place.args, '--json', '--backups', backups, ...more], environmentOf(fresh));

type Answer = Report & {
  applied: boolean;
  kept: { tables: string[] };
  secrets: { source: string; column: string }[];
};

const rows = (contents: Record<string, string[]>) => Object.values(contents).flat().length;

it('refuses to read from the databases that it writes to', async () => {
  const args = ['migrate-legacy', '--from', 'postgres://nobody@localhost', '--apply'];
  for (const [name, url] of Object.entries(fresh.config.databaseUrls)) args.push(`--from-${name}`, url);
  const { code, stderr } = await gsw(args, environmentOf(fresh));
  expect(stderr).toMatch(/^gsw: The task_db to read from is one of the databases to write to\./);
  expect(code).toBe(1);
  const mistyped = await gsw(['migrate-legacy', '--from', 'somewhere'], environmentOf(fresh));
  expect(mistyped.stderr).toMatch(sentence);
  expect(mistyped.code).toBe(2);
}, 60_000);

it('only says what it would do, unless told to do it', async () => {
  const { code, stdout, stderr } = await run();
  expect(stderr).toContain('Nothing was changed');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ applied: false, verified: true });
  expect(rows(await contentsOf(fresh))).toBe(0);
  expect(await readdir(backups)).toEqual([]);
}, 120_000);

it('accounts for every row of every table, and adds nothing the second time', async () => {
  const { code, stdout, stderr } = await run('--apply');
  expect(stderr).toContain('Everything was found again, value by value.');
  expect(code).toBe(0);
  const report: Answer = JSON.parse(stdout);
  expect(report.verified).toBe(true);
  expect(report.kept.tables).toContain('workflows.workflow_executions');
  const source = await countSource(place);
  expect(Object.fromEntries(report.tables.map((table) => [table.source, table.rows]))).toEqual(source);
  for (const { rows, mapped, merged, quarantined } of report.tables)
    expect(mapped + merged + quarantined).toBe(rows);

  const before = await contentsOf(fresh);
  const again = await run('--apply');
  expect(again.code).toBe(0);
  const { tables } = JSON.parse(again.stdout) as Answer;
  expect(tables.map(({ source, mapped, merged }) => [source, mapped, merged])).toEqual(
    report.tables.map(({ source, mapped, merged }) => [source, mapped, merged]),
  );
  expect(await contentsOf(fresh)).toEqual(before);

  // made before the first row came in, and not again
  const [folder, ...others] = await readdir(backups);
  expect(others).toEqual([]);
  const backup = await verifyBackup(path.join(backups, folder as string));
  expect(backup).toMatchObject({ faults: [], rows: 0 });
}, 180_000);

it('makes one organisation of eight, one workflow of two rows, and lets none run on', async () => {
  await withClient(fresh.adminUrls.projects, async (client) => {
    const { rows } = await client.query(`select slug from organizations order by 1`);
    expect(rows.map(({ slug }) => slug)).toEqual(['acme', 'globex', 'legacy']);
    const { rows: repositories } = await client.query(
      `select owner from repositories where lower(name) = 'widgets' order by lower(owner)`,
    );
    expect(repositories.map(({ owner }) => owner.toLowerCase())).toEqual([
      'acme',
      'acme-tools',
      'globex',
      'globex-tools',
    ]);
  });
  await withClient(fresh.adminUrls.workflows, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as all, count(*) filter (where status in ('completed', 'failed', 'cancelled'))::int as over,
              count(*) filter (where error_message like 'migrated from the earlier system while unfinished%')::int as unfinished
         from workflow_executions`,
    );
    expect(rows[0]).toEqual({ all: 100, over: 100, unfinished: expect.any(Number) });
    expect(rows[0].unfinished).toBeGreaterThan(10);
    for (const [table, over] of [
      ['workflow_stage_executions', ['completed', 'failed', 'cancelled', 'skipped']],
      ['github_operations', ['succeeded', 'failed', 'cancelled']],
    ] as const) {
      const { rows } = await client.query(
        `select count(*)::int as open from ${table} where not status = any($1)`,
        [over],
      );
      expect(rows[0].open).toBe(0);
    }
    // the date and time of the source, to the microsecond
    const [first] = data.workflows.get('workflow_executions') ?? [];
    const kept = await client.query(
      `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from workflow_executions where id = $1`,
      [first?.id],
    );
    expect(kept.rows[0].at).toBe(first?.created_at);
  });
});

it('leaves nothing to retention, however old it is, unless its organisation wants that', async () => {
  const now = new Date('2030-01-01');
  const before = await contentsOf(fresh);
  const databases = connectDatabases(fresh.config);
  try {
    expect((await applyRetention(databases, { now })).failures).toEqual([]);
    expect(await contentsOf(fresh)).toEqual(before);

    const metrics = before['analytics.metrics']?.length ?? 0;
    await withClient(fresh.adminUrls.projects, (client) =>
      client.query(
        `delete from retention_policies where table_name = 'metrics';
         insert into retention_policies (id, organization_id, database, table_name, keep_days)
         select gen_random_uuid(), id, 'analytics', 'metrics', 36500 from organizations where slug <> 'acme'`,
      ),
    );
    expect((await applyRetention(databases, { now })).failures).toEqual([]);
    const left = (await contentsOf(fresh))['analytics.metrics']?.length ?? 0;
    expect(left).toBeLessThan(metrics);
    expect((await run('--apply')).code).toBe(0);
    const after = await contentsOf(fresh);
    expect(after['analytics.metrics']).toEqual(before['analytics.metrics']);
    const days = after['projects.retention_policies']?.map((row) => JSON.parse(row).keep_days);
    expect(days?.filter((keepDays) => keepDays !== null)).toEqual([36500, 36500]);
  } finally {
    await databases.close();
  }
}, 180_000);

it.each(['retry', 'rerun', 'cancel'] as const)('refuses a %s of what it brought over', async (type) => {
  const { organization_id: organizationId, id: workflowId } = await withClient(
    fresh.adminUrls.workflows,
    async (client) => {
      const { rows } = await client.query(
        `select w.organization_id, w.id from workflow_executions w
          where w.status = 'failed' and exists (select from github_operations where workflow_execution_id = w.id) limit 1`,
      );
      return rows[0];
    },
  );
  const engine = testEngine(fresh, 'PostgreSQL', catalogue, {}, false, undefined, organizationId);
  try {
    const before = await engine.workflow(workflowId);
    const payload = type === 'rerun' ? { from: before.stages[0] } : {};
    const sent = receiveSignal(engine.engine, { organizationId, workflowId, type, actor: 'Ada', payload });
    await expect(sent).rejects.toThrow(
      `Workflow ${workflowId} takes no ${type} now. It was brought over from the earlier system, where it did not come to its end, and is here to be read: put another workflow in.`,
    );
    expect(await engine.workflow(workflowId)).toEqual(before);
  } finally {
    await engine.close();
  }
});

it('gives five stars the whole scale, and one star a fifth of it', async () => {
  const stars = new Map((data.learning.get('user_feedback') ?? []).map(({ id, rating }) => [id, rating]));
  const { rows } = await withClient(fresh.adminUrls.learning, (client) =>
    client.query('select id, rating::float from user_feedback where rating is not null'),
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { id, rating } of rows) expect(rating).toBe(Number(stars.get(id)) * 20);
});

it('keeps what has no place, and copies no secret', async () => {
  const contents = await contentsOf(fresh);
  const everything = Object.values(contents).flat();
  expect(everything.filter((row) => row.includes(canary))).toEqual([]);
  const kept = (contents['events.legacy_quarantine'] ?? []).map((row) => JSON.parse(row));
  expect(kept.some((row) => row.source_table === 'event_processing_queue' && row.content.queue_name)).toBe(
    true,
  );
  const step = kept.find(
    (row) =>
      row.source_table === 'decomposed_steps' &&
      row.extent === 'columns' &&
      row.content.depends_on_steps?.includes(99),
  );
  expect(step.content.depends_on_steps).toEqual([1, 1, 99]);
  const { stdout } = await run();
  const { secrets } = JSON.parse(stdout) as Answer;
  expect(secrets).toContainEqual(
    expect.objectContaining({ source: 'events.event_sources', column: 'authentication' }),
  );
  expect(secrets).toContainEqual(
    expect.objectContaining({ source: 'projects.repositories', column: 'access_token_encrypted' }),
  );
  // a password inside a text
  expect(secrets).toContainEqual(
    expect.objectContaining({ source: 'projects.repositories', column: 'clone_url' }),
  );
}, 120_000);

it('refuses organisations that have other workflows here, unless told that it may', async () => {
  await withClient(fresh.adminUrls.workflows, (client) =>
    client.query(
      `insert into workflow_executions (id, organization_id, name, github_owner, github_repo_name, current_stage, stages, created_by, status)
       select gen_random_uuid(), organization_id, 'ours', 'acme', 'other', current_stage, stages, 'us', 'completed' from workflow_executions limit 1`,
    ),
  );
  const { code, stderr } = await run('--apply');
  expect(stderr).toMatch(
    /^gsw: The organisation "\w+" has 1 workflows here that the earlier system does not know\./,
  );
  expect(code).toBe(1);
  expect((await run('--apply', '--into-existing')).code).toBe(0);
}, 120_000);

it('takes the first layout too, which had seven databases, and tables that nobody knows', async () => {
  const other = await freshDatabases();
  const names = ['task', 'projects', 'prompts', 'codebase', 'analytics', 'events', 'learning'] as const;
  const seven = await legacyPlace(other, data, names);
  try {
    await withClient(seven.urls.task ?? '', (client) =>
      client.query(
        `create table task_definitions (name text, steps int[]); insert into task_definitions values ('old', '{1,2}')`,
      ),
    );
    const { code, stdout, stderr } = await gsw(
      ['migrate-legacy', ...seven.args, '--without', 'workflows', '--json', '--apply', '--no-backup'],
      environmentOf(other),
    );
    expect(stderr).toContain('Everything was found again');
    expect(code).toBe(0);
    const report: Answer = JSON.parse(stdout);
    expect(report.tables.find(({ source }) => source === 'task.workflow_executions')).toMatchObject({
      rows: 80,
      mapped: 80,
      merged: 0,
    });
    expect(report.tables.find(({ source }) => source === 'task.task_definitions')).toMatchObject({
      rows: 1,
      quarantined: 1,
    });
  } finally {
    await seven.drop();
    await other.drop();
  }
}, 180_000);

async function countSource({ urls }: LegacyPlace): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [name, url] of Object.entries(urls)) {
    await withClient(url, async (client) => {
      for (const table of data[name as keyof typeof data].keys()) {
        const { rows } = await client.query(`select count(*)::int as count from ${table}`);
        counts[`${name}.${table}`] = rows[0].count;
      }
    });
  }
  return counts;
}

/** Rows of several ages, organisations and workflows, and which of them are left when retention has been at them. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetentionPolicy } from '../../entities/projects/retention-policy.ts';
import type { DatabaseName } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { readTables } from '../../src/databases/tables.ts';
import { runFiles, runIdOf, writeJson } from '../../src/integrations/agent/run-directory.ts';
import { applyRetention } from '../../src/retention/apply-retention.ts';
import { agentRuns, removeAgentRuns } from '../../src/retention/remove-agent-runs.ts';
import { defaultRules, keptForEver } from '../../src/retention/rules.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { killWork } from '../support/kill-work.ts';
import { insertRow } from '../support/rows.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let fresh: FreshDatabases;
let databases: Databases;
const admins = new Map<DatabaseName, pg.Client>();
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  for (const name of [
    'workflows',
    'events',
    'analytics',
    'prompts',
    'codebase',
    'projects',
    'task',
  ] as const) {
    const client = new pg.Client({ connectionString: fresh.adminUrls[name] });
    await client.connect();
    admins.set(name, client);
  }
});
afterAll(async () => {
  await Promise.all([...admins.values()].map((client) => client.end()));
  await databases?.close();
  await fresh?.drop();
});

const admin = (name: DatabaseName) => admins.get(name) as pg.Client;
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);

async function put(name: DatabaseName, table: string, values: Record<string, unknown>): Promise<string> {
  const id = randomUUID();
  await insertRow(admin(name), table, { id, ...values });
  // columns that may be null are left so by insertRow
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  await admin(name).query(
    `set session_replication_role = replica;
     update ${table} set ${given.map(([column, value]) => `${column} = ${pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))}`).join(', ')} where id = '${id}';
     set session_replication_role = origin`,
  );
  return id;
}

async function idsIn(name: DatabaseName, table: string, organization: string): Promise<string[]> {
  const { rows } = await admin(name).query(`select id from ${table} where organization_id = $1`, [
    organization,
  ]);
  return rows.map(({ id }) => id).sort();
}

const workflow = (organization: string, status: string, completed: number | null) =>
  put('workflows', 'workflow_executions', {
    organization_id: organization,
    status,
    completed_at: completed === null ? undefined : daysAgo(completed),
    created_at: daysAgo(5_000),
  });

const putPolicy = (
  organizationId: string,
  database: DatabaseName,
  tableName: string,
  keepDays: number | null,
) =>
  databases.inOrganization(organizationId).projects(async (em) => {
    em.persist(
      em.create(RetentionPolicy, { id: randomUUID(), organizationId, database, tableName, keepDays }),
    );
  });

describe('rules', () => {
  it('name tables and columns that there are', async () => {
    for (const { database, table, since } of defaultRules) {
      const tables = await databases.maintenance[database]((em) => readTables((sql) => em.execute(sql)));
      const found = tables.find(({ name }) => name === table);
      expect({ table, has: found?.columns.includes(since) }).toEqual({ table, has: true });
    }
  });
});

describe('retention', () => {
  it('removes what is older than the default, to the day, and nothing else', async () => {
    const organization = randomUUID();
    const event = (days: number) =>
      put('events', 'events', { organization_id: organization, occurred_at: daysAgo(days) });
    const kept = [await event(0), await event(399)];
    await event(401);
    await event(4_000);
    const over = [await workflow(organization, 'completed', 10), await workflow(organization, 'failed', 729)];
    await workflow(organization, 'cancelled', 731);

    const { failures } = await applyRetention(databases);

    expect(failures).toEqual([]);
    expect(await idsIn('events', 'events', organization)).toEqual(kept.sort());
    expect(await idsIn('workflows', 'workflow_executions', organization)).toEqual(over.sort());
  });

  it('follows what an organisation wants instead: shorter, longer, or for ever; and others are none the wiser', async () => {
    const [shorter, longer, always, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await putPolicy(shorter, 'events', 'events', 5);
    await putPolicy(longer, 'events', 'events', 3_000);
    await putPolicy(always, 'events', 'events', null);
    const left: Record<string, number> = {};
    for (const organization of [shorter, longer, always, other]) {
      for (const days of [1, 6, 500, 3_500]) {
        await put('events', 'events', { organization_id: organization, occurred_at: daysAgo(days) });
      }
    }
    await applyRetention(databases);
    for (const organization of [shorter, longer, always, other]) {
      left[organization] = (await idsIn('events', 'events', organization)).length;
    }
    expect(left).toEqual({ [shorter]: 1, [longer]: 3, [always]: 4, [other]: 2 });
  });

  it('applies a policy to a table that has no default, and to none that is kept for ever', async () => {
    const organization = randomUUID();
    await putPolicy(organization, 'task', 'github_projects', 30);
    for (const table of keptForEver.projects ?? []) await putPolicy(organization, 'projects', table, 1);
    await put('projects', 'api_keys', { organization_id: organization, created_at: daysAgo(100) });
    await put('task', 'github_projects', { organization_id: organization, created_at: daysAgo(31) });
    const young = await put('task', 'github_projects', {
      organization_id: organization,
      created_at: daysAgo(29),
    });
    await applyRetention(databases);
    expect(await idsIn('task', 'github_projects', organization)).toEqual([young]);
    expect(await idsIn('projects', 'api_keys', organization)).toHaveLength(1);
  });

  it('keeps every row of a workflow that is not over: its own, those that name it, and what they hang on', async () => {
    const organization = randomUUID();
    const old = { organization_id: organization, created_at: daysAgo(9_000) };
    for (const table of ['workflow_executions', 'github_operations', 'outbox']) {
      await putPolicy(organization, 'workflows', table, 1);
    }
    await putPolicy(organization, 'task', 'github_projects', 1);
    await putPolicy(organization, 'task', 'requirement_documents', 1);
    await putPolicy(organization, 'task', 'step_dependencies', 1);
    const expected: Record<string, string[]> = {};
    const keep = (table: string, id: string, stays: boolean) => {
      expected[table] ??= [];
      if (stays) expected[table].push(id);
      expected[table].sort();
      return id;
    };
    for (const [status, ended] of [
      ['waiting', null],
      ['running', 100],
      ['completed', 100],
    ] as const) {
      const stays = status !== 'completed';
      const id = keep('workflow_executions', await workflow(organization, status, ended), stays);
      const stage = await put('workflows', 'workflow_stage_executions', {
        ...old,
        workflow_execution_id: id,
      });
      const operation = {
        ...old,
        workflow_execution_id: id,
        workflow_stage_execution_id: stage,
        completed_at: daysAgo(800),
      };
      keep('github_operations', await put('workflows', 'github_operations', operation), stays);
      const entry = { organization_id: organization, workflow_execution_id: id, published_at: daysAgo(800) };
      keep('outbox', await put('workflows', 'outbox', entry), stays);
      const metric = { organization_id: organization, subject_id: id, measured_at: daysAgo(9_000) };
      keep('metrics', await put('analytics', 'metrics', metric), stays);
      // a project that only an open workflow's requirements hang on, and a dependency two steps below the workflow
      const project = keep('github_projects', await put('task', 'github_projects', old), stays);
      const document = { ...old, github_project_id: project, workflow_id: id };
      keep('requirement_documents', await put('task', 'requirement_documents', document), stays);
      const plan = await put('task', 'requirement_decompositions', { ...old, workflow_id: id });
      const step = await put('task', 'decomposed_steps', {
        ...old,
        requirement_decomposition_id: plan,
        step_number: 1,
      });
      const first = await put('task', 'decomposed_steps', {
        ...old,
        requirement_decomposition_id: plan,
        step_number: 2,
      });
      const edge = { ...old, step_id: step, depends_on_id: first };
      keep('step_dependencies', await put('task', 'step_dependencies', edge), stays);
    }

    const { failures } = await applyRetention(databases);

    expect(failures).toEqual([]);
    const found: Record<string, string[]> = {};
    for (const table of Object.keys(expected)) {
      const name = ['workflow_executions', 'github_operations', 'outbox'].includes(table)
        ? 'workflows'
        : table === 'metrics'
          ? 'analytics'
          : 'task';
      found[table] = await idsIn(name, table, organization);
    }
    expect(found).toEqual(expected);
  });

  it('keeps what a failed workflow did, for a retry and a cancellation to know, until it is done with', async () => {
    const organization = randomUUID();
    const tables = ['github_operations', 'linear_operations', 'codegen_operations', 'outbox'];
    const rows = new Map<string, string>();
    for (const status of ['failed', 'cancelled']) {
      const id = await workflow(organization, status, 400);
      for (const table of tables) {
        const ended = table === 'outbox' ? 'published_at' : 'completed_at';
        const row = { organization_id: organization, workflow_execution_id: id, [ended]: daysAgo(400) };
        rows.set(`${status} ${table}`, await put('workflows', table, row));
      }
    }
    expect((await applyRetention(databases)).failures).toEqual([]);
    for (const table of tables) {
      const left = await idsIn('workflows', table, organization);
      expect({ table, left }).toEqual({ table, left: [rows.get(`failed ${table}`)] });
    }
  });

  it('keeps what a retry of a failed workflow needs in the other databases, until it is done with', async () => {
    const organization = randomUUID();
    const kept: Record<string, string[]> = { executions: [], analysis_runs: [], events: [] };
    const lateOne = await workflow(organization, 'failed', 731);
    const rowsOf = async (workflowId: string) => {
      const row = { organization_id: organization, workflow_id: workflowId };
      return {
        executions: await put('prompts', 'executions', { ...row, completed_at: daysAgo(500) }),
        analysis_runs: await put('codebase', 'analysis_runs', { ...row, created_at: daysAgo(500) }),
        events: await put('events', 'events', { ...row, occurred_at: daysAgo(500) }),
      };
    };
    for (const status of ['failed', 'waiting', 'completed', 'cancelled']) {
      const ended = status === 'waiting' ? null : 500;
      const rows = await rowsOf(await workflow(organization, status, ended));
      if (status !== 'failed' && status !== 'waiting') continue;
      for (const [table, id] of Object.entries(rows)) kept[table]?.push(id);
    }
    const migrated = await workflow(organization, 'failed', 500);
    await admin('workflows').query('update workflow_executions set is_migrated = true where id = $1', [
      migrated,
    ]);
    await rowsOf(migrated);
    await rowsOf(lateOne);

    // the second time the one that was itself removed has gone
    for (const _ of [1, 2]) expect((await applyRetention(databases)).failures).toEqual([]);

    for (const [name, table] of [
      ['prompts', 'executions'],
      ['codebase', 'analysis_runs'],
      ['events', 'events'],
    ] as const)
      expect({ table, ids: await idsIn(name, table, organization) }).toEqual({
        table,
        ids: kept[table]?.sort(),
      });
  });

  it('keeps a failed workflow that is tried again just when it is to be removed', async () => {
    const organization = randomUUID();
    const id = await workflow(organization, 'failed', 731);
    const retrying = admin('workflows');
    await retrying.query(`begin; set local session_replication_role = replica;
      update workflow_executions set status = 'running', completed_at = null where id = '${id}'`);
    const removing = applyRetention(databases);
    await expect
      .poll(async () => {
        const waiting = await retrying.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return waiting.rowCount;
      })
      .toBe(1);
    await retrying.query('commit');
    expect((await removing).failures).toEqual([]);
    expect(await idsIn('workflows', 'workflow_executions', organization)).toEqual([id]);
  });

  it('goes on where it was stopped, a batch at a time', async () => {
    const organization = randomUUID();
    await admin('events').query(
      `insert into events (id, organization_id, source, external_id, event_type, payload, occurred_at)
       select gen_random_uuid(), $1, 'test', i::text, 'test', '{}', now() - interval '2 years' from generate_series(1, 25) i`,
      [organization],
    );
    const orders = { work: 'retention', config: fresh.config, owners: {} as Owners, folder: '' } as const;
    expect(await killWork({ ...orders, organizationId: organization, killAt: 10 })).toBe('killed');
    const left = (await idsIn('events', 'events', organization)).length;
    expect([5, 15, 25]).toContain(left);
    const stop = new AbortController();
    const first = await applyRetention(databases, {
      batch: 10,
      signal: stop.signal,
      atBatch: () => stop.abort(),
    });
    expect(first.interrupted).toBe(true);
    let batches = 0;
    const second = await applyRetention(databases, {
      batch: 10,
      atBatch: () => {
        batches += 1;
        if (batches === 9) throw new Error('killed');
      },
    });
    expect(second.failures).toHaveLength(1);
    await applyRetention(databases, { batch: 10 });
    expect(await idsIn('events', 'events', organization)).toEqual([]);
  });

  it('says which table it could not do, and does the others', async () => {
    const organization = randomUUID();
    await put('events', 'events', { organization_id: organization, occurred_at: daysAgo(500) });
    await admin('workflows').query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
       create trigger refuse before delete on outbox for each statement execute function refuse()`,
    );
    const { failures } = await applyRetention(databases);
    await admin('workflows').query('drop function refuse cascade');
    expect(failures).toEqual(['workflows.outbox: not this one']);
    expect(await idsIn('events', 'events', organization)).toEqual([]);
  });
});

describe('folders of agent runs', () => {
  it('go a week after their workflow is over, follow-ups together with the checkout they share', async () => {
    const dataDir = await temporaryDataDir();
    const organization = randomUUID();
    const run = async (status: string, finished: number | null, home?: string) => {
      const id = await workflow(organization, status, null);
      const operation = await put('workflows', 'codegen_operations', {
        organization_id: organization,
        workflow_execution_id: id,
      });
      const files = runFiles(dataDir, runIdOf(operation));
      await mkdir(files.worktree, { recursive: true });
      const record = { command: 'true', timeoutMs: 1, maxOutputBytes: 1, follows: null, startSha: null };
      await writeJson(files.request, { ...record, runKey: operation, worktreeOf: home ?? files.id });
      await writeJson(files.state, {
        state: finished === null ? 'running' : 'completed',
        rawState: 'exit 0',
        error: null,
        startedAt: daysAgo(100).toISOString(),
        finishedAt: finished === null ? null : daysAgo(finished).toISOString(),
      });
      return files.id;
    };
    const open = await run('waiting', 90);
    const recent = await run('completed', 6);
    await run('failed', 8);
    const shared = await run('completed', 90);
    const followUp = await run('completed', 2, shared);
    const together = await run('completed', 90);
    await run('completed', 80, together);
    const atWork = await run('completed', null);
    await mkdir(path.join(dataDir, 'agent-runs', 'not-ours'));
    await writeFile(path.join(dataDir, 'agent-runs', 'not-ours', 'x'), '');

    expect(await removeAgentRuns(databases, dataDir)).toBe(3);
    const left = (await agentRuns(dataDir)).map(({ files }) => files.id);
    expect(left.sort()).toEqual([open, recent, shared, followUp, atWork].sort());
    expect(await removeAgentRuns(databases, dataDir)).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });
});

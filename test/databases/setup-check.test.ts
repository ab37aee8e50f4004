/** What the plan, the check and the roles promise, held against a real server. */
import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseNames, readConfig } from '../../src/config.ts';
import { foundations } from '../../src/databases/foundations.ts';
import { withoutPartitioning } from '../../src/databases/golden-schema.ts';
import { databaseOf, loginRoles, maintenanceOf, userOf } from '../../src/databases/names.ts';
import { allowPartitioning, partitioning } from '../../src/databases/partitions.ts';
import { adminUrl } from '../../src/databases/server.ts';
import { checkSetup, planSetup, setupDatabases } from '../../src/databases/setup.ts';
import { tablesOf } from '../support/rows.ts';
import { failure, query, type SetupServer, setupServer } from '../support/setup-server.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let place: SetupServer;
const check = () => checkSetup(place.config, { server: place.server });
const plan = () => planSetup(place.config, { server: place.server });
const databasesThere = () => place.asAdmin(`select datname from pg_database where datname like '%\\_db'`);

beforeAll(async () => {
  place = await setupServer();
});
afterAll(() => place?.stop());

describe('before setup', () => {
  it('the plan has every statement in order, no password, and runs nothing', async () => {
    const planned = await plan();
    const statements = planned.map(({ statement }) => statement);
    expect(statements).toContain(`alter role "task_user" password '…'`);
    expect(statements.join('\n')).not.toMatch(/SCRAM-SHA-256/);
    const order = [
      /^create role "task_user"/,
      /^create database "task_db"/,
      /^create table "github_projects"/,
      /^create policy analytics_read on "github_projects"/,
      /^create foreign table "task"\."github_projects"/,
    ];
    const places = order.map((pattern) => statements.findIndex((statement) => pattern.test(statement)));
    expect(places.every((at) => at >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(
      planned.find(({ statement }) => statement.startsWith('create table "github_projects"')),
    ).toMatchObject({
      database: 'task_db',
      role: 'task_owner',
    });
    expect(await databasesThere()).toEqual([]);
    await expect(access(path.join(place.config.dataDir, 'secrets.json.lock.1'))).rejects.toThrow();
  });

  it('the plan of an embedded server that was never started starts none', async () => {
    const dataDir = path.join(await temporaryDataDir(), 'new');
    expect((await planSetup(readConfig({ DATA_DIR: dataDir }))).length).toBeGreaterThan(500);
    await expect(access(dataDir)).rejects.toThrow();
  });

  it('the check says what is missing, and makes nothing', async () => {
    const differences = await check();
    expect(differences).toContainEqual({
      database: 'postgres',
      difference: 'not so: there is the database task_db',
      mend: expect.stringMatching(/^create database "task_db" .*template0 encoding 'UTF8'/),
    });
    expect(await databasesThere()).toEqual([]);
  });
});

/** Where, what somebody does there, and what the check says of it. */
const tamperings: [string, string, RegExp][] = [
  ['task_db', 'alter table github_projects disable row level security', /github_projects.*enabled/],
  ['task_db', 'drop policy analytics_read on github_projects', /analytics_readonly sees the rows/],
  ['task_db', 'drop policy maintenance_all on github_projects', /task_maintenance sees the rows/],
  [
    'task_db',
    'create policy all_rows on github_projects using (true)',
    /not in the plan: policy all_rows on github_projects/,
  ],
  [
    'task_db',
    'grant truncate on pull_requests to task_user',
    /not in the plan: grant on pull_requests to task_user: delete, insert, select, truncate, update/,
  ],
  [
    'task_db',
    'revoke update on github_projects from task_user',
    /missing: grant on github_projects to task_user: delete, insert, select, update/,
  ],
  [
    'task_db',
    'revoke select on github_projects from analytics_readonly',
    /analytics_readonly may select on github_projects/,
  ],
  [
    'prompts_db',
    'alter table executions drop column agent_run_url',
    /missing: column executions.agent_run_url: text/,
  ],
  [
    'prompts_db',
    'alter table executions drop constraint executions_status_check',
    /missing: constraint executions_status_check/,
  ],
  ['prompts_db', 'drop index executions_workflow_id_index', /missing: index executions_workflow_id_index/],
  [
    'prompts_db',
    'alter table executions disable trigger updated_at_moves',
    /trigger updated_at_moves on executions.*enabled D/,
  ],
  [
    'prompts_db',
    `create or replace function move_updated_at() returns trigger language plpgsql as 'begin return new; end'`,
    /function move_updated_at/,
  ],
  ['prompts_db', 'create table stray ()', /stray/],
  ['prompts_db', 'drop extension pg_trgm cascade', /missing: extension pg_trgm/],
  [
    'prompts_db',
    'alter default privileges for role prompts_owner in schema public revoke select on tables from analytics_readonly',
    /analytics_readonly gets select on tables to come/,
  ],
  ['prompts_db', 'grant create on schema public to public', /closed to PUBLIC/],
  ['codebase_db', `delete from mikro_orm_migrations where id = 1`, /Migration\w+ has not run/],
  [
    'prompts_db',
    'create view peek as select * from executions; alter view peek owner to prompts_owner',
    /view peek keeps to its reader/,
  ],
  ['analytics_db', 'drop foreign table task.github_projects', /task.*github_projects/],
  ['analytics_db', 'alter foreign table projects.organizations drop column slug', /has the columns/],
  [
    'analytics_db',
    `alter server events options (set dbname 'postgres')`,
    /foreign server events leads to events_db/,
  ],
  ['postgres', 'grant connect on database task_db to public', /task_db is closed to PUBLIC/],
  ['postgres', 'grant connect on database task_db to prompts_user', /prompts_user has rights on task_db/],
  ['postgres', 'grant task_owner to task_user', /task_user is a member of task_owner/],
  ['postgres', 'alter role task_user createdb', /task_user has the attributes/],
  ['postgres', 'alter role task_user bypassrls', /task_user can bypass|task_user cannot bypass/],
  ['postgres', `alter role events_user password 'another'`, /events_user has another password/],
  ['postgres', 'revoke task_owner from graph_sitter_admin', /graph_sitter_admin administers task_owner/],
  ['postgres', 'alter database task_db owner to postgres', /task_db belongs to task_owner/],
];

describe('after setup', () => {
  beforeAll(async () => {
    await setupDatabases(place.config, { server: place.server });
  });

  it('nothing differs, not even from the committed schemas; and nothing is left to do', async () => {
    expect(await check()).toEqual([]);
    const eachTime = databaseNames.flatMap((name) => [
      ...foundations,
      ...partitioning(name),
      ...allowPartitioning(name, maintenanceOf(name)),
    ]);
    const left = (await plan()).filter(({ statement }) => !eachTime.includes(statement));
    expect(left).toEqual([]);
  });

  it('nothing differs where TimescaleDB is, which keeps tables by month in its own way', async () => {
    await place.asAdmin(
      `insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
       values (99999, 'timescaledb', 10, 'public'::regnamespace, false, '0.stub')`,
      'analytics_db',
    );
    expect(await check()).toEqual([]);
    await place.asAdmin(`delete from pg_extension where extname = 'timescaledb'`, 'analytics_db');
    const [table = ''] = withoutPartitioning(['table metrics partitioned by RANGE (measured_at)']);
    expect(table).toBe('table metrics');
  });

  describe('of what somebody changed', () => {
    const changed = [...new Set(tamperings.map(([database]) => database))].filter(
      (one) => one !== 'postgres',
    );
    let found: string;

    beforeAll(async () => {
      for (const database of changed)
        await place.asAdmin(`create database before_${database} template ${database}`);
      for (const [database, statement] of tamperings)
        await query(adminUrl(place.server, database), statement);
      found = (await check()).map((one) => `${one.database}: ${one.difference} | ${one.mend}`).join('\n');
    });

    it.each(tamperings)('in %s, "%s" is found', (_, __, expected) => {
      expect(found).toMatch(expected);
    });

    it('setup refuses what is not its to mend, and mends the rest', async () => {
      const error = await failure(setupDatabases(place.config, { server: place.server }));
      expect(error.message).toMatch(/task_user can bypass row-level security. Run: alter role/);
      await place.asAdmin('alter role task_user nobypassrls');
      for (const database of changed) {
        await place.asAdmin(`drop database ${database} with (force)`);
        await place.asAdmin(`alter database before_${database} rename to ${database}`);
      }
      await setupDatabases(place.config, { server: place.server });
      expect(await check()).toEqual([]);
    });
  });
});

describe('analytics_readonly', () => {
  const organization = randomUUID();
  beforeAll(async () => {
    const url = adminUrl(place.server, 'task_db');
    await query(
      url,
      `insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name)
       values ('${randomUUID()}', '${organization}', '${randomUUID()}', 'acme', 'shop')`,
    );
    await place.asAdmin(
      `insert into organizations (id, name, slug) values ('${organization}', 'Acme', 'acme')`,
      'projects_db',
    );
  });

  it('reads every table and view of all eight, and writes none', async () => {
    for (const name of databaseNames) {
      const client = new pg.Client({ connectionString: adminUrl(place.server, databaseOf(name)) });
      await client.connect();
      const tables = await tablesOf(client);
      await client.end();
      for (const table of tables.map(pg.escapeIdentifier)) {
        await place.as('analytics_readonly', databaseOf(name), `select * from ${table}`);
        for (const write of [
          `delete from ${table}`,
          `insert into ${table} default values`,
          `truncate ${table}`,
        ]) {
          expect((await failure(place.as('analytics_readonly', databaseOf(name), write))).message).toMatch(
            /permission denied/,
          );
        }
      }
    }
  });

  it('joins across databases from analytics_db', async () => {
    const rows = await place.as(
      'analytics_readonly',
      'analytics_db',
      `select o.name, p.github_repo_name as repository from projects.organizations o
         join task.github_projects p on p.organization_id = o.id where o.id = '${organization}'`,
    );
    expect(rows).toEqual([{ name: 'Acme', repository: 'shop' }]);
    const write = place.as('analytics_readonly', 'analytics_db', 'delete from task.github_projects');
    expect((await failure(write)).message).toMatch(/permission denied/);
  });

  it('reads tables that came after setup', async () => {
    await query(
      adminUrl(place.server, 'learning_db'),
      'set role learning_owner',
      'create table later (organization_id uuid)',
    );
    await place.as('analytics_readonly', 'learning_db', 'select * from later');
    await place.asAdmin('drop table later', 'learning_db');
  });
});

describe('as an application role', () => {
  const roles = loginRoles.filter((role) => role !== 'graph_sitter_admin');
  const homeOf = (role: string) => {
    const name = databaseNames.find((one) => role === userOf(one) || role === maintenanceOf(one));
    return databaseOf(name ?? (role === 'queue_user' ? 'workflows' : 'analytics'));
  };

  it.each(roles)('%s takes no shortcut', async (role) => {
    const home = homeOf(role);
    const owner = home.replace(/_db$/, '_owner');
    const [table] = await place.asAdmin(
      `select quote_ident(relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity order by 1 limit 1`,
      home,
    );
    for (const statement of [
      `set role ${owner}`,
      'set role postgres',
      'set role graph_sitter_admin',
      'set session authorization postgres',
      'create table mine ()',
      'create schema mine',
      `alter table ${table?.name} disable row level security`,
      `alter table ${table?.name} owner to ${role}`,
      `create policy mine on ${table?.name} using (true)`,
      `truncate ${table?.name}`,
      `create function peek() returns int language sql security definer as 'select 1'`,
      `copy (select 1) to program 'cat'`,
      `copy (select 1) to '/tmp/out'`,
      `select pg_read_file('PG_VERSION')`,
      'select rolpassword from pg_authid',
      'set session_replication_role = replica',
      `alter role ${role} bypassrls`,
      `alter role ${role} superuser`,
      'create role mine',
      'create database mine',
      `alter system set row_security = off`,
      'create extension dblink',
      `do language plpython3u 'pass'`,
    ]) {
      const error = await failure(place.as(role, home, statement));
      expect(error.message, statement).toMatch(
        /permission denied|must be owner|must be superuser|is not trusted|does not exist|Only roles with|privilege|no schema has been selected/i,
      );
    }
    const blind = await failure(
      place.as(role, home, 'set row_security = off', `select * from ${table?.name}`),
    );
    if (!/maintenance|readonly/.test(role)) {
      expect(blind.message).toMatch(/row-level security|permission denied|does not exist/);
    }
    const others = databaseNames.map(databaseOf).filter((database) => database !== home);
    for (const other of role === 'analytics_readonly' ? [] : others) {
      expect((await failure(place.as(role, other, 'select 1'))).message).toMatch(
        /permission denied for database/,
      );
    }
  });
});

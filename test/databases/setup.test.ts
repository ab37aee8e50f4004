import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, databaseNames, readConfig } from '../../src/config.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import { type ConnectedConfig, resolveConnections } from '../../src/databases/connections.ts';
import { findDrift } from '../../src/databases/drift.ts';
import type { EmbeddedServer } from '../../src/databases/embedded.ts';
import { adminUrl, urlOf } from '../../src/databases/server.ts';
import { setupDatabases } from '../../src/databases/setup.ts';
import { SetupError } from '../../src/databases/statements.ts';
import { startThrowawayServer } from '../support/throwaway-server.ts';

let server: EmbeddedServer;
let config: Config;
let urls: ConnectedConfig;

beforeAll(async () => {
  const started = await startThrowawayServer();
  server = started.server;
  config = readConfig({ DATA_DIR: started.dataDir });
  urls = await resolveConnections(config, server);
});
afterAll(async () => {
  await server?.stop();
  if (config) await rm(config.dataDir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const asAdmin = (sql: string, database = 'postgres') => query(adminUrl(server, database), sql);
const fixture = (name: string) => ({ folder: fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)) });

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('it did not fail'),
    (error) => error,
  );
}

describe('setup', () => {
  it('before it, the check says what to do', async () => {
    const databases = connectDatabases(urls);
    await expect(databases.check()).rejects.toThrow(/task_db.*gsw setup/);
    await databases.close();
  });

  it('stops at the first statement that fails and says which', async () => {
    const steps: string[] = [];
    const error = await failure(
      setupDatabases(config, {
        server,
        onProgress: (step) => steps.push(step),
        sources: { prompts: fixture('failing') },
      }),
    );
    expect(error).toBeInstanceOf(SetupError);
    expect(error).toMatchObject({ statement: 'create table other (id uuid references nowhere (id))' });
    expect(error.message).toMatch(
      /prompts_db.*Migration20200101000000_half.*relation "nowhere" does not exist/,
    );
    expect(steps).toEqual([
      expect.stringMatching(/^roles: \d+ made/),
      expect.stringMatching(/^passwords: \d+ made/),
      'databases: 8 made or mended',
      expect.stringMatching(/^task_db: applied/),
      expect.stringMatching(/^projects_db: applied/),
    ]);
    expect(await asAdmin(`select to_regclass('half_made') as half`, 'prompts_db')).toEqual([{ half: null }]);
  });

  it('finishes when it is run again', async () => {
    const steps: string[] = [];
    await setupDatabases(config, { server, onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([
      'roles: up to date',
      'passwords: up to date',
      'databases: up to date',
      'task_db: up to date',
      'projects_db: up to date',
      ...databaseNames.slice(2).map((name) => expect.stringMatching(`^${name}_db: applied Migration`)),
      'queue: up to date',
      expect.stringMatching(/^reading across databases: \d+ made/),
    ]);
  });

  it('may be repeated', async () => {
    const steps: string[] = [];
    await setupDatabases(config, { server, onProgress: (step) => steps.push(step) });
    expect(steps.filter((step) => !step.endsWith('up to date'))).toEqual([]);
    const databases = connectDatabases(urls);
    await databases.check();
    await databases.close();
  });

  it('leaves the tables to the owner role, and rows alone to the roles that log in', async () => {
    for (const name of databaseNames) {
      const owners = await asAdmin(
        `select distinct pg_get_userbyid(relowner) as owner from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S')`,
        `${name}_db`,
      );
      expect(owners).toEqual([{ owner: `${name}_owner` }]);
    }
    const roles = await asAdmin(
      `select rolname from pg_roles where rolname ~ '_(user|maintenance|owner)$'
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or (rolcanlogin and rolname ~ '_owner$'))`,
    );
    expect(roles).toEqual([]);
  });

  it('lets nobody connect but the roles of each database', async () => {
    await asAdmin(`create role stranger login password 'stranger'`);
    for (const name of databaseNames) {
      const stranger = await failure(query(urlOf(server, `${name}_db`, 'stranger', 'stranger'), 'select 1'));
      expect(stranger.message).toMatch(/permission denied for database/);
      for (const other of databaseNames) {
        const url = new URL(urls.databaseUrls[name]);
        url.pathname = `/${other}_db`;
        if (other === name) await query(url.href, 'select 1');
        else
          expect((await failure(query(url.href, 'select 1'))).message).toMatch(
            /permission denied for database/,
          );
      }
    }
  });

  it('keeps the queue and the rows of workflows_db apart', async () => {
    const queue = urls.queue.databaseUrl ?? '';
    expect(await query(queue, 'select count(*)::int as jobs from bullmq.job')).toEqual([{ jobs: 0 }]);
    const rows = await failure(query(queue, 'select * from public.workflow_executions'));
    expect(rows.message).toMatch(/permission denied/);
    const jobs = await failure(query(urls.databaseUrls.workflows, 'select * from bullmq.job'));
    expect(jobs.message).toMatch(/permission denied/);
    const schema = await failure(query(queue, 'create schema mine'));
    expect(schema.message).toMatch(/permission denied/);
  });

  it('refuses a role that could bypass row-level security', async () => {
    await asAdmin('alter role task_user bypassrls');
    expect((await failure(setupDatabases(config, { server }))).message).toMatch(/task_user can bypass/);
    await asAdmin('alter role task_user nobypassrls');
  });

  it('sets up a database that has a URL of its own as the user of that URL, who is held to the policies too', async () => {
    await asAdmin(`create role tenant login password 'tenant'`);
    await asAdmin(`create role keeper login password 'keeper'`);
    await asAdmin('create database elsewhere owner tenant');
    const url = urlOf(server, 'elsewhere', 'tenant', 'tenant');
    const given = { ...config, databaseUrls: { task: url } };
    expect((await failure(setupDatabases(given, { server }))).message).toMatch(
      /TASK_MAINTENANCE_DATABASE_URL/,
    );
    await setupDatabases(
      { ...given, maintenanceUrls: { task: urlOf(server, 'elsewhere', 'keeper', 'keeper') } },
      { server },
    );
    expect((await failure(query(url, 'select * from github_projects'))).message).toMatch(
      /app\.organization_id/,
    );
    const count = 'select count(*)::int as rows from github_projects';
    expect(await query(urlOf(server, 'elsewhere', 'keeper', 'keeper'), count)).toEqual([{ rows: 0 }]);
  });

  it('fails while a table is not protected', async () => {
    const error = await failure(
      setupDatabases(config, { server, sources: { learning: fixture('unprotected') } }),
    );
    expect(error.message).toMatch(/learning_db.*without row-level security.*left_open/);
  });
});

it('no connection is tried in vain without a sentence', async () => {
  const wrong = new URL(urls.databaseUrls.task);
  wrong.password = 'wrong';
  const nowhere = new URL(urls.databaseUrls.task);
  nowhere.port = '1';
  for (const [url, sentence] of [
    [wrong.href, /the password is wrong.*gsw setup/],
    [nowhere.href, /nothing listens there/],
  ] as const) {
    const databases = connectDatabases({
      ...urls,
      databaseUrls: { ...urls.databaseUrls, task: url },
      generatedRoles: [],
    });
    const error = await failure(databases.check());
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain('wrong@');
    await databases.close();
  }
});

it('the migrations make what the entities say', async () => {
  expect(await findDrift()).toEqual({});
});

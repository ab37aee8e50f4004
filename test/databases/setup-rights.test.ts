/** Setup by administrators who are no superusers. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolePasswords } from '../../src/databases/role-passwords.ts';
import { adminUrl } from '../../src/databases/server.ts';
import { checkSetup, setupDatabases } from '../../src/databases/setup.ts';
import { failure, query, type SetupServer, setupServer } from '../support/setup-server.ts';

let place: SetupServer;
beforeAll(async () => {
  place = await setupServer();
  await place.asAdmin(`create role dba login createrole createdb password 'dba'`);
  await place.asAdmin(`create role clerk login createdb password 'clerk'`);
});
afterAll(() => place?.stop());

const mapped = `insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name)
  values ('${randomUUID()}', '${randomUUID()}', '${randomUUID()}', 'acme', 'shop')`;

describe('an administrator who is no superuser', () => {
  it('is told which right is missing, before anything is made', async () => {
    const server = place.administeredBy('clerk', 'clerk');
    const error = await failure(setupDatabases(place.config, { server }));
    expect(error.message).toMatch(/clerk may not.*alter role "clerk" createrole;/);
    expect(await place.asAdmin(`select from pg_roles where rolname like 'task%'`)).toEqual([]);
  });

  it('is told when the password is wrong', async () => {
    const server = place.administeredBy('dba', 'abd');
    expect((await failure(setupDatabases(place.config, { server }))).message).toMatch(
      /Cannot connect.*the password is wrong.*POSTGRES_ADMIN_PASSWORD/,
    );
  });

  it('sets up everything but what takes a superuser, and is told what that is', async () => {
    const server = place.administeredBy('dba', 'dba');
    const steps: string[] = [];
    await setupDatabases(place.config, { server, onProgress: (step) => steps.push(step) });
    const wanted =
      'create extension postgres_fdw; grant usage on foreign data wrapper postgres_fdw to analytics_owner;';
    expect(steps.at(-1)).toBe(
      `reading across databases: not yet. As a superuser, run in analytics_db: ${wanted} Then run setup again`,
    );
    const differences = await checkSetup(place.config, { server });
    expect(differences[0]).toEqual({
      database: 'analytics_db',
      difference: 'not so: analytics_db has the extension postgres_fdw',
      mend: 'create extension postgres_fdw;',
    });
    expect([...new Set(differences.map(({ database }) => database))]).toEqual(['analytics_db']);

    await place.asAdmin(wanted, 'analytics_db');
    await setupDatabases(place.config, { server });
    expect(await checkSetup(place.config, { server })).toEqual([]);
  });

  it('leaves the server as a superuser would', async () => {
    expect(await checkSetup(place.config, { server: place.server })).toEqual([]);
  });
});

describe('graph_sitter_admin', () => {
  const admin = async () =>
    place.administeredBy('graph_sitter_admin', (await rolePasswords(place.config)).graph_sitter_admin);

  it('runs setup, also where things are missing', async () => {
    const server = await admin();
    await place.asAdmin('drop owned by analytics_readonly', 'task_db');
    await place
      .asAdmin('drop table pull_requests cascade; delete from mikro_orm_migrations', 'learning_db')
      .catch(() => undefined);
    await place.asAdmin('alter role events_user password null; alter role task_user createdb');
    await place.asAdmin('drop database codebase_db with (force)');
    expect((await checkSetup(place.config, { server })).length).toBeGreaterThan(20);
    await setupDatabases(place.config, { server });
    expect(await checkSetup(place.config, { server })).toEqual([]);
    expect(await checkSetup(place.config, { server: place.server })).toEqual([]);
  });

  it('is no superuser, and sees no rows by the way', async () => {
    await place.asAdmin(mapped, 'task_db');
    const url = adminUrl(await admin(), 'task_db');
    const select = 'select count(*)::int as rows from github_projects';
    expect((await failure(query(url, select))).message).toMatch(/permission denied|does not exist/);
    expect((await failure(query(url, 'set role task_owner', select))).message).toMatch(
      /app\.organization_id/,
    );
    for (const role of ['task_user', 'task_maintenance', 'analytics_readonly', 'postgres']) {
      expect((await failure(query(url, `set role ${role}`))).message, role).toMatch(/permission denied/);
    }
    expect(
      (await failure(query(url, 'set role task_owner', 'set row_security = off', select))).message,
    ).toMatch(/row-level security/);
    expect((await failure(query(url, 'select rolpassword from pg_authid'))).message).toMatch(
      /permission denied/,
    );
  });
});

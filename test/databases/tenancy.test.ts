import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GithubProject } from '../../entities/task/github-project.ts';
import { type DatabaseName, databaseNames } from '../../src/config.ts';
import { restrictedTables } from '../../src/databases/append-only.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { insertRow, organizationColumn, tablesOf, writableColumns } from '../support/rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();
const theirs = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  await databases.check();
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

/** The refusal to expect; of some tables the application may not write even its own rows. */
const refusal = (table: string, otherwise: RegExp) =>
  table in restrictedTables ? new RegExp(`permission denied|${otherwise.source}`) : otherwise;

/** As the application's role, outside of anything that would set an organisation. */
async function asUser<T>(name: DatabaseName, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: fresh.config.databaseUrls[name] });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe.each(databaseNames)('in the database %s', (name) => {
  let admin: pg.Client;
  let tables: string[];
  const column = organizationColumn;

  beforeAll(async () => {
    admin = new pg.Client({ connectionString: fresh.adminUrls[name] });
    await admin.connect();
    tables = await tablesOf(admin);
    for (const table of tables) {
      for (const organization of [ours, theirs])
        await insertRow(admin, table, { [column(table)]: organization });
    }
  });
  afterAll(() => admin?.end());

  const asOurs = <T extends object[]>(sql: string, parameters: unknown[] = []): Promise<T> =>
    databases.inOrganization(ours)[name]((em) => em.execute(sql, parameters));

  it('an organisation sees its own rows only, in every table', async () => {
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      const seen = await asOurs<{ organization: string }[]>(
        `select ${column(table)} as organization from ${pg.escapeIdentifier(table)}`,
      );
      expect({ table, seen }).toEqual({ table, seen: [{ organization: ours }] });
    }
  });

  it('an organisation neither changes nor deletes the rows of another', async () => {
    for (const table of tables) {
      const quoted = pg.escapeIdentifier(table);
      const where = `${column(table)} = '${theirs}'`;
      const before = await admin.query(`select * from ${quoted} where ${where}`);
      for (const statement of [
        `update ${quoted} set ${column(table)} = ${column(table)} where ${where}`,
        `delete from ${quoted} where ${where}`,
      ]) {
        if (table in restrictedTables)
          await expect(asOurs(statement), table).rejects.toThrow('permission denied');
        else await asOurs(statement);
      }
      expect({ table, rows: (await admin.query(`select * from ${quoted} where ${where}`)).rows }).toEqual({
        table,
        rows: before.rows,
      });
    }
  });

  it('an organisation neither writes rows for another nor gives its own away', async () => {
    for (const table of tables) {
      const quoted = pg.escapeIdentifier(table);
      const columns = await writableColumns(admin, table);
      const copied = asOurs(
        `insert into ${quoted} (${columns}) select ${columns} from jsonb_populate_record(null::${quoted}, (
           select to_jsonb(t) from ${quoted} t limit 1) || jsonb_build_object('id', gen_random_uuid(), '${column(table)}', ?::text))`,
        [randomUUID()],
      );
      await expect(copied, table).rejects.toThrow(refusal(table, /row-level security|in this organisation/));
      await expect(asOurs(`update ${quoted} set ${column(table)} = ?`, [theirs]), table).rejects.toThrow(
        refusal(table, /row-level security|what identifies|stays as it was noted/),
      );
    }
  });

  it('a query without an organisation fails', async () => {
    await asUser(name, async (client) => {
      for (const table of tables) {
        const quoted = pg.escapeIdentifier(table);
        await expect(client.query(`select * from ${quoted}`), table).rejects.toThrow(/app\.organization_id/);
        await expect(client.query(`delete from ${quoted}`), table).rejects.toThrow(
          refusal(table, /app\.organization_id/),
        );
      }
    });
  });

  it('the organisation of one transaction does not outlive it on its connection', async () => {
    await asUser(name, async (client) => {
      await client.query(`begin; select set_config('app.organization_id', '${ours}', true); commit`);
      for (const table of tables) {
        await expect(client.query(`select * from ${pg.escapeIdentifier(table)}`), table).rejects.toThrow(
          /uuid/,
        );
      }
    });
  });

  it('the application neither lifts row-level security nor becomes another role', async () => {
    await asUser(name, async (client) => {
      for (const table of tables) {
        const quoted = pg.escapeIdentifier(table);
        for (const statement of [
          `alter table ${quoted} disable row level security`,
          `alter table ${quoted} no force row level security`,
          `drop policy organization_isolation on ${quoted}`,
          `create policy all_rows on ${quoted} using (true)`,
          `truncate ${quoted}`,
        ]) {
          await expect(client.query(statement), statement).rejects.toThrow(/must be owner|permission denied/);
        }
      }
      for (const role of [`${name}_owner`, `${name}_maintenance`, 'postgres']) {
        await expect(client.query(`set role ${role}`), role).rejects.toThrow(/permission denied/);
      }
      await client.query('set row_security = off');
      await expect(client.query(`select * from ${pg.escapeIdentifier(tables[0] ?? '')}`)).rejects.toThrow(
        /row-level security/,
      );
      await expect(client.query('create table mine ()')).rejects.toThrow(/permission denied/);
      await expect(client.query('delete from mikro_orm_migrations')).rejects.toThrow(/permission denied/);
    });
  });

  it('maintenance sees the rows of all organisations', async () => {
    for (const table of tables) {
      const seen = await databases.maintenance[name]((em) =>
        em.execute(`select 1 from ${pg.escapeIdentifier(table)}`),
      );
      expect({ table, rows: seen.length }).toEqual({ table, rows: 2 });
    }
  });
});

describe('transactions', () => {
  const project = { githubOwner: 'acme', githubRepoName: 'shop', projectId: randomUUID() };

  it('entities written in one organisation are found there and nowhere else', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const id = randomUUID();
    await databases.inOrganization(first).task(async (em) => {
      em.create(GithubProject, { ...project, id, organizationId: first });
    });
    const find = (organization: string) =>
      databases.inOrganization(organization).task((em) => em.findOne(GithubProject, id));
    expect(await find(first)).toMatchObject({ id, organizationId: first });
    expect(await find(second)).toBeNull();
    const forged = databases.inOrganization(second).task(async (em) => {
      em.create(GithubProject, { ...project, id: randomUUID(), organizationId: first });
    });
    await expect(forged).rejects.toThrow(/row-level security/);
  });

  it('roll back when the work throws', async () => {
    const organization = randomUUID();
    const id = randomUUID();
    const failing = databases.inOrganization(organization).task(async (em) => {
      em.create(GithubProject, { ...project, id, organizationId: organization });
      await em.flush();
      throw new Error('not this time');
    });
    await expect(failing).rejects.toThrow('not this time');
    expect(await databases.maintenance.task((em) => em.count(GithubProject, id))).toBe(0);
  });

  it('of two databases and two organisations may be open at once', async () => {
    const organizations = await databases.inOrganization(ours).workflows(async (em) => {
      const inner = await databases.inOrganization(theirs).task(async (other) => {
        await other.transactional(async (nested) => {
          await databases.maintenance.events((third) => third.execute('select 1'));
          await nested.execute('select 1');
        });
        return other.execute(`select current_database() as db, current_setting('app.organization_id') as id`);
      });
      const outer = await em.execute(
        `select current_database() as db, current_setting('app.organization_id') as id`,
      );
      return [...outer, ...inner];
    });
    expect(organizations).toEqual([
      { db: expect.stringMatching(/^workflows_db/), id: ours },
      { db: expect.stringMatching(/^task_db/), id: theirs },
    ]);
  });

  it('take nothing for an organisation but a UUID', () => {
    expect(() => databases.inOrganization(`' or true --`)).toThrow(RangeError);
  });
});

/**
 * TimescaleDB itself is not to be had where these tests run: a stub stands in its place, entered into the catalogue as
 * the extension is, and writes down what it is asked for.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { dropPartitions, ensurePartitions, partitionByMonth } from '../../src/databases/partitions.ts';
import { enableRowLevelSecurity } from '../../src/databases/policies.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
let admin: pg.Client;

const stub = `
  create schema timescale;
  grant usage on schema timescale to public;
  create table timescale.calls (call text);
  grant insert, select on timescale.calls to public;
  create schema timescaledb_information;
  grant usage on schema timescaledb_information to public;
  create table timescaledb_information.hypertables (hypertable_schema name, hypertable_name name);
  grant select, insert on timescaledb_information.hypertables to public;
  insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    values (99999, 'timescaledb', 10, 'timescale'::regnamespace, false, '0.stub');
  create function timescale.create_hypertable(relation regclass, time_column_name name, partitioning_column name = null,
      number_partitions integer = null, associated_schema_name name = null, associated_table_prefix name = null,
      chunk_time_interval anyelement = null::bigint, create_default_indexes boolean = true, if_not_exists boolean = false,
      partitioning_func regproc = null, migrate_data boolean = false) returns void language plpgsql as $$
    begin
      insert into timescale.calls values (format('create_hypertable %s %s %s %s %s %s, %s rows seen', relation, time_column_name,
        associated_schema_name, chunk_time_interval, create_default_indexes, migrate_data, (select count(*) from readings)));
      insert into timescaledb_information.hypertables values ('public', relation::text);
    end $$;
  create function timescale.drop_chunks(relation regclass, older_than timestamptz) returns setof text language plpgsql as $$
    begin
      insert into timescale.calls values (format('drop_chunks %s %s as %s', relation, older_than at time zone 'UTC', current_user));
      return next 'partitions._hyper_1_1_chunk';
    end $$;`;

const calls = async () =>
  (await admin.query<{ call: string }>('select call from timescale.calls')).rows.map(({ call }) => call);

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  admin = new pg.Client({ connectionString: fresh.adminUrls.analytics });
  await admin.connect();
  await admin.query(stub);
  await admin.query(
    [
      'set role analytics_owner',
      'create table readings (id uuid, organization_id uuid, taken_at timestamptz, primary key (id, taken_at))',
      ...enableRowLevelSecurity('readings'),
      'reset role',
    ].join(';\n'),
  );
  await admin.query('insert into readings values ($1, $1, now())', [randomUUID()]);
});
afterAll(async () => {
  await admin?.end();
  await databases?.close();
  await fresh?.drop();
});

describe('where the server has TimescaleDB', () => {
  it('a table becomes a hypertable, with its rows, in chunks that nobody reaches but through it', async () => {
    await admin.query(`set role analytics_owner; ${partitionByMonth('readings', 'taken_at')} reset role`);
    expect(await calls()).toEqual(['create_hypertable readings taken_at partitions 1 mon f t, 1 rows seen']);
    const { rows } = await admin.query(
      `select relkind, relforcerowsecurity from pg_class where oid = 'readings'::regclass`,
    );
    expect(rows).toEqual([{ relkind: 'r', relforcerowsecurity: true }]);
  });

  it('it makes the chunks by itself', async () => {
    expect((await ensurePartitions(databases)).filter((name) => name.startsWith('readings'))).toEqual([]);
    const asked = await databases.maintenance.analytics((em) =>
      em.execute(`select ensure_partitions('readings', 1)`),
    );
    expect(asked).toEqual([]);
  });

  it('maintenance drops old chunks in the name of the owner', async () => {
    const before = new Date('2025-01-01T00:00:00Z');
    expect(await dropPartitions(databases, 'analytics', 'readings', before)).toEqual([
      'partitions._hyper_1_1_chunk',
    ]);
    expect((await calls()).at(-1)).toBe('drop_chunks readings 2025-01-01 00:00:00 as analytics_owner');
  });
});

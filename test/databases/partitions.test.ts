import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import {
  dropPartitions,
  ensurePartitions,
  ordinaryAgain,
  partitionByMonth,
} from '../../src/databases/partitions.ts';
import { enableRowLevelSecurity } from '../../src/databases/policies.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
let admin: pg.Client;
const ours = randomUUID();
const theirs = randomUUID();

/** The first of a month, counted from this one. */
const month = (distance: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + distance, 1));
};
const partition = (distance: number, table = 'readings') =>
  `${table}_${month(distance).toISOString().slice(0, 7).replace('-', '_')}`;

const table = `create table readings (
  id uuid not null, organization_id uuid not null, taken_at timestamptz not null default now(), value int not null check (value > 0),
  doubled int generated always as (value * 2) stored, updated_at timestamptz, primary key (id, taken_at))`;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  admin = new pg.Client({ connectionString: fresh.adminUrls.analytics });
  await admin.connect();
  await asOwner(
    table,
    'create index readings_value_index on readings (value)',
    'create trigger updated_at_moves before update on readings for each row execute function move_updated_at()',
    ...enableRowLevelSecurity('readings'),
    'create policy maintenance_all on readings to analytics_maintenance using (true) with check (true)',
    'revoke delete on readings from analytics_user',
  );
  await admin.query(
    `insert into readings values (gen_random_uuid(), $1, $2, 7), (gen_random_uuid(), $1, $3, 8)`,
    [ours, month(-2), month(0)],
  );
  await asOwner(partitionByMonth('readings', 'taken_at'));
});
afterAll(async () => {
  await admin?.end();
  await databases?.close();
  await fresh?.drop();
});

async function asOwner(...statements: string[]) {
  await admin.query(['set role analytics_owner', ...statements, 'reset role'].join(';\n'));
}

const insert = (organizationId: string, takenAt: Date, value = 1) =>
  databases
    .inOrganization(organizationId)
    .analytics((em) =>
      em.execute('insert into readings (id, organization_id, taken_at, value) values (?, ?, ?, ?)', [
        randomUUID(),
        organizationId,
        takenAt,
        value,
      ]),
    );

/** Which partition holds how many rows. */
async function places(): Promise<Record<string, number>> {
  const { rows } = await admin.query<{ place: string; rows: number }>(
    'select tableoid::regclass::text as place, count(*)::int as rows from readings group by 1 order by 1',
  );
  return Object.fromEntries(rows.map((row) => [row.place.replace('partitions.', ''), row.rows]));
}

async function partitions(): Promise<string[]> {
  const { rows } = await admin.query<{ relname: string }>(
    `select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'readings'::regclass order by 1`,
  );
  return rows.map(({ relname }) => relname);
}

describe('a table kept by month', () => {
  it('keeps the rows, constraints, indexes, triggers, rights and policies it had before', async () => {
    expect(await places()).toEqual({ [partition(-2)]: 1, [partition(0)]: 1 });
    expect(await partitions()).toEqual(
      [-2, 0, 1, 2, 3].map((distance) => partition(distance)).concat('readings_default'),
    );
    const names = async (sql: string) => (await admin.query({ text: sql, rowMode: 'array' })).rows.flat();
    expect(await names(`select indexname from pg_indexes where tablename = 'readings' order by 1`)).toEqual([
      'readings_pkey',
      'readings_value_index',
    ]);
    expect(
      await names(`select tgname from pg_trigger where tgrelid = 'readings'::regclass and not tgisinternal`),
    ).toEqual(['updated_at_moves']);
    expect(
      await names(
        `select polname from pg_policy where polrelid = 'readings'::regclass and (
           select relrowsecurity and relforcerowsecurity from pg_class where oid = polrelid) order by 1`,
      ),
    ).toEqual(['maintenance_all', 'organization_isolation']);
    await expect(insert(ours, month(0), 0)).rejects.toThrow(/check constraint/);
    const deleting = databases.inOrganization(ours).analytics((em) => em.execute('delete from readings'));
    await expect(deleting).rejects.toThrow(/permission denied/);
  });

  it('puts each row into its month, to the microsecond', async () => {
    const before = await places();
    await insert(ours, month(1));
    await insert(ours, new Date(month(2).getTime() - 1));
    await insert(ours, month(2));
    expect(await places()).toEqual({ ...before, [partition(1)]: 2, [partition(2)]: 1 });
  });

  it('takes rows of months without a partition, and moves them when it is made', async () => {
    await insert(ours, month(5));
    await insert(theirs, month(5));
    await insert(theirs, month(-7));
    await insert(ours, month(40));
    expect(await places()).toMatchObject({ readings_default: 4 });
    const made = (await ensurePartitions(databases, 5)).filter((name) => name.startsWith('readings'));
    expect(made).toEqual([partition(-7), partition(4), partition(5)]);
    expect(await places()).toMatchObject({ [partition(5)]: 2, [partition(-7)]: 1, readings_default: 1 });
    const { rows } = await admin.query('select doubled from readings where taken_at = $1', [month(5)]);
    expect(rows).toEqual([{ doubled: 2 }, { doubled: 2 }]);
  });

  it('is not changed by making the same partitions again, also from two processes at once', async () => {
    expect(await ensurePartitions(databases, 5)).toEqual([]);
    const both = await Promise.all([ensurePartitions(databases, 8), ensurePartitions(databases, 8)]);
    const made = both.flat().filter((name) => name.startsWith('readings'));
    expect(made.sort()).toEqual([6, 7, 8].map((distance) => partition(distance)));
  });

  it('loses exactly the months that are wholly older', async () => {
    await insert(ours, month(-3));
    await insert(ours, month(-30));
    await ensurePartitions(databases);
    await insert(ours, month(-4));
    const before = await places();
    expect(before).toMatchObject({ [partition(-3)]: 1, [partition(-30)]: 1, readings_default: 2 });
    const middle = new Date(month(-3).getTime() + 1);
    expect(await dropPartitions(databases, 'analytics', 'readings', middle)).toEqual([
      partition(-30),
      partition(-7),
    ]);
    const { [partition(-30)]: _, [partition(-7)]: __, ...kept } = before;
    expect(await places()).toEqual({ ...kept, readings_default: 1 });
  });

  it('is not emptied of what is still to come', async () => {
    await expect(dropPartitions(databases, 'analytics', 'readings', month(1))).rejects.toThrow(/of the past/);
  });
});

describe('a partition', () => {
  it('is out of reach but through its table, under its policies', async () => {
    const seen = (organization: string) =>
      databases
        .inOrganization(organization)
        .analytics((em) =>
          em.execute<{ organization_id: string }[]>('select distinct organization_id from readings'),
        );
    expect(await seen(ours)).toEqual([{ organization_id: ours }]);
    expect(await seen(theirs)).toEqual([{ organization_id: theirs }]);
    for (const name of await partitions()) {
      const direct = databases
        .inOrganization(ours)
        .analytics((em) => em.execute(`select * from partitions.${name}`));
      await expect(direct, name).rejects.toThrow(/permission denied for schema partitions/);
      const maintenance = databases.maintenance.analytics((em) =>
        em.execute(`drop table partitions.${name}`),
      );
      await expect(maintenance, name).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it('keeps organisations apart even where somebody opens it', async () => {
    let seen = 0;
    for (const name of await partitions()) {
      await admin.query('begin');
      await admin.query(`grant usage on schema partitions to analytics_user;
        grant select, insert on partitions.${name} to analytics_user; set local role analytics_user`);
      await admin.query(`set local app.organization_id = '${theirs}'`);
      const { rows } = await admin.query(`select organization_id from partitions.${name}`);
      expect(rows.filter((row) => row.organization_id !== theirs)).toEqual([]);
      seen += rows.length;
      await admin.query('rollback');
    }
    expect(seen).toBeGreaterThan(0);
  });
});

describe('the maintenance role', () => {
  const run = (sql: string) => databases.maintenance.analytics((em) => em.execute(sql));

  it('makes and drops partitions of tables that are kept by month, and of no other', async () => {
    for (const target of ['dashboards', 'mikro_orm_migrations', 'pg_class', 'readings; drop table x', '']) {
      await expect(run(`select ensure_partitions('${target}', 1)`), target).rejects.toThrow(/is no table/);
      await expect(run(`select drop_partitions('${target}', '2000-01-01')`), target).rejects.toThrow(
        /is no table/,
      );
    }
    await expect(run(`select ensure_partitions('readings', 100000)`)).rejects.toThrow(/up to 120/);
  });

  it('does nothing else with them, and the application not even that', async () => {
    for (const statement of [
      `select partition_by_month('metrics', 'measured_at')`,
      `select copy_protection('metrics', 'readings')`,
      'create table partitions.mine ()',
      'alter table readings detach partition partitions.readings_default',
    ]) {
      await expect(run(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
    for (const call of [`ensure_partitions('readings', 1)`, `drop_partitions('readings', '2000-01-01')`]) {
      const asApplication = databases.inOrganization(ours).analytics((em) => em.execute(`select ${call}`));
      await expect(asApplication, call).rejects.toThrow(/permission denied for function/);
    }
  });
});

it('a table in a foreign key is not kept by month', async () => {
  await asOwner(
    'create table parents (id uuid primary key)',
    'create table children (id uuid, at timestamptz, parent uuid references parents, primary key (id, at))',
  );
  for (const name of ['parents', 'children']) {
    await expect(asOwner(partitionByMonth(name, 'at'))).rejects.toThrow(/no foreign key/);
    await admin.query('reset role');
  }
});

it('becomes an ordinary table again on the way down, with its rows', async () => {
  const count = async () => (await admin.query('select count(*)::int as rows from readings')).rows;
  const before = await count();
  await asOwner(ordinaryAgain('readings'));
  expect(await count()).toEqual(before);
  const { rows } = await admin.query(
    `select relkind, relforcerowsecurity from pg_class where oid = 'readings'::regclass`,
  );
  expect(rows).toEqual([{ relkind: 'r', relforcerowsecurity: true }]);
  expect((await admin.query(`select from pg_class where relname like 'readings\\_2%'`)).rowCount).toBe(0);
});

/** Whatever an organisation tries, by entities or by SQL of its own, on any table or view of any database. */
import { randomUUID } from 'node:crypto';
import type { EntityManager, EntityMetadata } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseNames } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import {
  insertRow,
  onePerOrganization,
  organizationColumn,
  tablesOf,
  viewsOf,
  writableColumns,
} from '../support/rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();
const theirs = randomUUID();
const theirRows = 2;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

type Row = Record<string, unknown>;

describe.each(databaseNames)('in the database %s', (name) => {
  let admin: pg.Client;
  let tables: string[];
  const their = new Map<string, Row[]>();

  beforeAll(async () => {
    admin = new pg.Client({ connectionString: fresh.adminUrls[name] });
    await admin.connect();
    tables = await tablesOf(admin);
    for (const table of tables) {
      const column = organizationColumn(table);
      await insertRow(admin, table, { [column]: ours });
      for (let row = 0; row < (onePerOrganization.has(table) ? 1 : theirRows); row++) {
        await insertRow(admin, table, { [column]: theirs });
      }
      their.set(table, await rowsOf(table));
    }
  });
  afterAll(() => admin?.end());

  const rowsOf = async (table: string): Promise<Row[]> => {
    const { rows } = await admin.query<{ row: Row }>(
      `select to_jsonb(t) as row from ${pg.escapeIdentifier(table)} t
        where ${organizationColumn(table)} = $1 order by t::text`,
      [theirs],
    );
    return rows.map(({ row }) => row);
  };

  /** What came back, where anything did; a refusal by the database is as good as nothing. */
  const attempt = async (work: (em: EntityManager) => Promise<unknown>): Promise<string> => {
    try {
      return JSON.stringify(await databases.inOrganization(ours)[name](work)) ?? '';
    } catch (error) {
      expect(refusal(error), String(error)).toBe(true);
      return '';
    }
  };

  const expectNothing = async (table: string, answer: string) => {
    expect({ table, answer: answer.includes(theirs) ? answer : '' }).toEqual({ table, answer: '' });
    expect({ table, rows: await rowsOf(table) }).toEqual({ table, rows: their.get(table) });
  };

  it('no statement in SQL reads or changes a row of another organisation', async () => {
    const cases = fc.record({
      table: fc.constantFrom(...tables),
      row: fc.nat(theirRows - 1),
      statement: fc.constantFrom(...statements),
      filter: fc.constantFrom(...filters),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ table, row, statement, filter }) => {
        const victim = their.get(table)?.[row] ?? their.get(table)?.[0] ?? {};
        const columns = await writableColumns(admin, table);
        const sql = statement(
          pg.escapeIdentifier(table),
          organizationColumn(table),
          filter(victim, table),
          columns,
        );
        await expectNothing(table, await attempt((em) => em.execute(sql)));
      }),
      { numRuns: 40 + 12 * tables.length },
    );
  });

  it('no use of the entities reads or changes a row of another organisation', async () => {
    const metas = await databases
      .inOrganization(ours)
      [name](async (em) => [...em.getMetadata().getAll().values()].filter((meta) => !meta.view));
    const cases = fc.record({
      meta: fc.constantFrom(...metas),
      row: fc.nat(theirRows - 1),
      use: fc.constantFrom(...uses),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ meta, row, use }) => {
        const victim = their.get(meta.tableName)?.[row] ?? their.get(meta.tableName)?.[0] ?? {};
        await expectNothing(meta.tableName, await attempt((em) => use(em, meta, victim)));
      }),
      { numRuns: 40 + 8 * tables.length },
    );
  });

  it('no view shows a row of another organisation', async () => {
    for (const view of await viewsOf(admin)) {
      const answer = await attempt((em) => em.execute(`select * from ${pg.escapeIdentifier(view)}`));
      expect({ view, answer: answer.includes(theirs) ? answer : '' }).toEqual({ view, answer: '' });
    }
  });
});

/** By row-level security, by a guard of ours, or by a right that the role does not have. */
function refusal(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '42501' || constraint === 'parent_in_organization' || unrelated.has(code ?? '');
}

/** Made-up values break other rules too: not null, unique, check, foreign key, append-only, generated columns. */
const unrelated = new Set(['23502', '23503', '23505', '23514', '428C9', '0A000', 'P0001', '22P02']);

const quote = (value: unknown) => pg.escapeLiteral(String(value));

const filters = [
  (victim: Row, table: string) =>
    'id' in victim ? `id = ${quote(victim.id)}` : `${organizationColumn(table)} = ${quote(theirs)}`,
  (_: Row, table: string) => `${organizationColumn(table)} = ${quote(theirs)}`,
  (_: Row, table: string) => `${organizationColumn(table)} <> ${quote(ours)}`,
  (victim: Row, table: string) =>
    `(t.*)::text like '%' || ${quote(victim[organizationColumn(table)])} || '%'`,
];

type Statement = (table: string, column: string, filter: string, columns: string) => string;

const statements: Statement[] = [
  (table, _, filter) => `select * from ${table} t where ${filter}`,
  (table) => `select * from ${table} order by random()`,
  (table, _, filter) => `select to_jsonb(t) as row from ${table} t where ${filter} for update`,
  (table, column, filter) => `select (select max(${column}::text) from ${table} t where ${filter}) as found`,
  (table, column) => `select string_agg(distinct ${column}::text, ' ') as found from ${table}`,
  (table, column, filter) => `update ${table} t set ${column} = ${column} where ${filter} returning *`,
  (table, column, filter) => `update ${table} t set ${column} = ${quote(ours)} where ${filter} returning *`,
  (table, column) => `update ${table} set ${column} = ${quote(theirs)} where ${column} = ${quote(ours)}`,
  (table, _, filter) => `delete from ${table} t where ${filter} returning *`,
  (table, _, filter) =>
    `with gone as (delete from ${table} t where ${filter} returning *) select * from gone`,
  (table, column, _, columns) =>
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table},
       (select to_jsonb(t) from ${table} t limit 1) || jsonb_build_object('id', gen_random_uuid(), '${column}', ${quote(theirs)}::text))`,
  (table, column, filter, columns) =>
    `insert into ${table} (${columns}) select ${columns} from (
       select (jsonb_populate_record(null::${table}, to_jsonb(t) || jsonb_build_object('${column}', ${quote(ours)}::text))).*
         from ${table} t where ${filter}) copied returning *`,
];

type Use = (em: EntityManager, meta: EntityMetadata, victim: Row) => Promise<unknown>;

/** The victim as the entity's properties have it. */
const propertiesOf = (em: EntityManager, meta: EntityMetadata, victim: Row): Row =>
  em.map(meta.class, victim) as Row;
const whoseRows = (meta: EntityMetadata) =>
  ({ [meta.tableName === 'organizations' ? 'id' : 'organizationId']: theirs }) as never;
const idOf = (meta: EntityMetadata) => meta.primaryKeys[0] as string;
const byId = (meta: EntityMetadata, victim: Row) =>
  ({ [idOf(meta)]: victim[idOf(meta) === 'id' ? 'id' : 'organization_id'] }) as never;

const uses: Use[] = [
  (em, meta) => em.find(meta.class, {}),
  (em, meta) => em.find(meta.class, whoseRows(meta)),
  async (em, meta) => ((await em.count(meta.class, whoseRows(meta))) > 0 ? theirs : ''),
  (em, meta, victim) => em.findOne(meta.class, byId(meta, victim)),
  (em, meta, victim) => em.nativeDelete(meta.class, byId(meta, victim)),
  (em, meta) => em.nativeUpdate(meta.class, whoseRows(meta), { [idOf(meta)]: randomUUID() } as never),
  (em, meta, victim) => em.upsert(meta.class, propertiesOf(em.fork(), meta, victim) as never),
  (em, meta, victim) =>
    em.insert(meta.class, { ...propertiesOf(em.fork(), meta, victim), [idOf(meta)]: randomUUID() } as never),
  async (em, meta, victim) => {
    const properties = propertiesOf(em.fork(), meta, victim);
    const key = meta.primaryKeys.map((name) => properties[name]);
    em.remove(em.getReference(meta.class, (meta.compositePK ? key : key[0]) as never));
    await em.flush();
  },
];

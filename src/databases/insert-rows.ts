/** Inserts many rows by one statement of one parameter, however many they are. */
import type { EntityClass, EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { readRows } from './read-rows.ts';

/**
 * Rows that are there already stay as they are. What no row gives gets the default of the database, so `createdAt` and
 * `updatedAt` need not be given.
 */
export async function insertRows<Entity extends object>(
  em: EntityManager,
  entity: EntityClass<Entity>,
  rows: readonly Partial<Entity>[],
): Promise<void> {
  if (rows.length > 0) await em.execute(insertion(em, entity, rows), [JSON.stringify(rows)], 'run');
}

/** The same; gives those that were inserted, with their defaults, to be read only. */
export async function insertAndRead<Entity extends object>(
  em: EntityManager,
  entity: EntityClass<Entity>,
  rows: readonly Partial<Entity>[],
): Promise<Entity[]> {
  if (rows.length === 0) return [];
  const sql = `${insertion(em, entity, rows)} returning *`;
  return readRows(em, entity, await em.execute<object[]>(sql, [JSON.stringify(rows)]));
}

function insertion<Entity extends object>(
  em: EntityManager,
  entity: EntityClass<Entity>,
  rows: readonly Partial<Entity>[],
): string {
  const { tableName, properties } = em.getMetadata().get(entity);
  const given = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => {
    const { fieldNames, columnTypes } = properties[name as keyof typeof properties];
    return { name, column: pg.escapeIdentifier(String(fieldNames[0])), type: columnTypes[0] };
  });
  const columns = given.map(({ column }) => column).join(', ');
  const values = given.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const read = given.map(({ name, type }) => `${pg.escapeIdentifier(name)} ${type}`).join(', ');
  return `insert into ${pg.escapeIdentifier(tableName)} (${columns})
    select ${values} from jsonb_to_recordset(?::jsonb) as given (${read}) on conflict do nothing`;
}

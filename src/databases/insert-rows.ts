/** Inserts many rows by one statement of one parameter, however many they are. */
import type { EntityManager, EntityName, RequiredEntityData } from '@mikro-orm/postgresql';
import pg from 'pg';

/**
 * Rows that are there already stay as they are. All must give the same properties; what they leave out gets the
 * default of the database, so `createdAt` and `updatedAt` need not be given.
 */
export async function insertRows<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  rows: readonly RequiredEntityData<Entity>[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const { tableName, properties } = em.getMetadata().get(entity);
  const given = Object.keys(first).map((name) => {
    const { fieldNames, columnTypes } = properties[name as keyof typeof properties];
    return { name, column: pg.escapeIdentifier(String(fieldNames[0])), type: columnTypes[0] };
  });
  const columns = given.map(({ column }) => column).join(', ');
  const read = given.map(({ name, type }) => `${pg.escapeIdentifier(name)} ${type}`).join(', ');
  await em.execute(
    `insert into ${pg.escapeIdentifier(tableName)} (${columns})
       select ${given.map(({ name }) => pg.escapeIdentifier(name)).join(', ')}
         from jsonb_to_recordset(?::jsonb) as given (${read})
       on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

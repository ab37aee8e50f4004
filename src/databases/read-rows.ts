/** Makes entities of rows that are only read: they belong to no EntityManager, and a change to them changes no row. */
import type { EntityClass, EntityProperty, MikroORM, RequiredEntityData } from '@mikro-orm/postgresql';

/** Makes one entity of one row, as `pg` reads it on MikroORM's connections. */
type Reader<Entity> = (row: Record<string, unknown>) => Entity;

const readers = new WeakMap<object, Reader<object>>();

/** @param orm of the entity's database */
export function readRows<Entity extends object>(
  orm: Pick<MikroORM, 'getMetadata'>,
  entity: EntityClass<Entity>,
  rows: readonly object[],
): Entity[] {
  const reader = (readers.get(entity) ?? readerOf(orm, entity)) as Reader<Entity>;
  readers.set(entity, reader as Reader<object>);
  return rows.map((row) => reader(row as Record<string, unknown>));
}

function readerOf<Entity extends object>(
  orm: Pick<MikroORM, 'getMetadata'>,
  entity: EntityClass<Entity>,
): Reader<Entity> {
  const columns = Object.values<EntityProperty>(orm.getMetadata().get(entity).properties as never).map(
    (property) => ({
      column: String(property.fieldNames[0]),
      name: property.name as string,
      read: conversionOf(property),
    }),
  );
  return (row) => {
    const read: Record<string, unknown> = {};
    for (const { column, name, read: convert } of columns) {
      const value = row[column];
      read[name] = convert && value !== null && value !== undefined ? convert(value) : value;
    }
    // the methods of the class, but not the accessors by which MikroORM hears of changes: what a row has of its own hides them
    return Object.setPrototypeOf(read, entity.prototype);
  };
}

/** The same of values that are no row yet, for an insert (`insert-rows.ts`): far cheaper than an entity under watch. */
export const detached = <Entity extends object>(
  entity: EntityClass<Entity>,
  values: RequiredEntityData<Entity>,
): Entity => Object.setPrototypeOf({ ...values }, entity.prototype);

/** What is not read from the wire as it is wanted. */
function conversionOf({ runtimeType }: EntityProperty): ((value: unknown) => unknown) | null {
  if (runtimeType === 'Date') return (value) => new Date(value as string);
  if (runtimeType === 'number') return Number;
  return null;
}

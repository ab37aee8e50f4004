/**
 * Which rows belong to one of some workflows, worked out from the catalogue: a row that holds such a workflow's id
 * in any of its columns, that hangs on one that does, or that would take one with it.
 */
import pg from 'pg';
import type { Table } from '../databases/tables.ts';

const identifier = pg.escapeIdentifier;
const column = (alias: string, name: string) => `${alias}.${identifier(name)}`;

/** An SQL condition that is true for rows that must stay. `ids` is an SQL expression: the workflows, as uuid[]. */
export function mustStay(table: Table, tables: readonly Table[], alias: string, ids: string): string {
  const conditions = [
    ...itself(table, alias, ids),
    ...above(table, tables, alias, ids, [table.name]),
    ...below(table, tables, alias, ids, [table.name]),
  ];
  return conditions.length > 0 ? `(${conditions.join(' or ')})` : 'false';
}

function itself({ uuidColumns }: Table, alias: string, ids: string): string[] {
  if (uuidColumns.length === 0) return [];
  // one look in a hash table each, however many workflows there are
  return uuidColumns.map((name) => `coalesce(${column(alias, name)} = any (${ids}), false)`);
}

/** What it hangs on, all the way up. */
function above(
  table: Table,
  tables: readonly Table[],
  alias: string,
  ids: string,
  path: readonly string[],
): string[] {
  return table.references.flatMap((reference) => {
    const parent = tables.find(({ name }) => name === reference.to);
    if (!parent || path.includes(parent.name)) return [];
    const to = `${alias}_${path.length}`;
    const joined = reference.columns.map(
      (name, index) => `${column(to, reference.toColumns[index] as string)} = ${column(alias, name)}`,
    );
    const conditions = [
      ...itself(parent, to, ids),
      ...above(parent, tables, to, ids, [...path, parent.name]),
    ];
    return exists(parent, to, joined, conditions);
  });
}

/** What would go with it, all the way down; and what does not let it go, whoever that belongs to. */
function below(
  table: Table,
  tables: readonly Table[],
  alias: string,
  ids: string,
  path: readonly string[],
): string[] {
  return tables.flatMap((child) =>
    child.references
      .filter(({ to, onDelete }) => to === table.name && onDelete !== 'set')
      .flatMap((reference) => {
        const from = `${alias}_${path.length}`;
        const joined = reference.columns.map(
          (name, index) => `${column(from, name)} = ${column(alias, reference.toColumns[index] as string)}`,
        );
        if (reference.onDelete === 'restrict') return exists(child, from, joined, ['true']);
        if (path.includes(child.name)) return [];
        const conditions = [
          ...itself(child, from, ids),
          ...below(child, tables, from, ids, [...path, child.name]),
        ];
        return exists(child, from, joined, conditions);
      }),
  );
}

function exists(table: Table, alias: string, joined: string[], conditions: string[]): string[] {
  if (conditions.length === 0) return [];
  const where = `${joined.join(' and ')} and (${conditions.join(' or ')})`;
  return [`exists (select from public.${identifier(table.name)} ${alias} where ${where})`];
}

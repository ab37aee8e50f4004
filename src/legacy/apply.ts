/** Turns a row of the earlier system into rows of ours, and says what of it has no place there. */
import { deriveId } from '../engine/derive.ts';
import type { Identities } from './identities.ts';
import { type At, type Cell, type Companion, type Mapping, type TableName, Unmappable } from './mapping.ts';
import { isEmpty, withoutSecrets } from './secrets.ts';
import type { SourceRow, SourceTable } from './source.ts';

export type OurRow = Record<string, unknown> & { id: string };

export type Write = {
  target: TableName;
  row: OurRow;
  /** The columns of the source row that it holds; kept in quarantine where it cannot be written. */
  from: readonly string[];
};

/** A row that is kept whole or in part, because it has no place among ours. */
export type Kept = {
  extent: 'row' | 'columns' | 'secrets';
  reason: string;
  content: Record<string, unknown>;
  target: TableName | null;
  targetId: string | null;
};

export type Applied = {
  row: SourceRow;
  /** The source row's own key. */
  key: string;
  organizationId: string;
  outcome: 'mapped' | 'merged' | 'quarantined';
  reason: string | null;
  before: Write[];
  write: Write | null;
  after: Write[];
  /** What is left over of a row that is mapped or merged. */
  rest: Record<string, unknown>;
  assumed: string[];
  secrets: string[];
};

export type Plan = { table: SourceTable; mapping: Mapping | undefined; reason: string };

export function applyMapping(
  { table, mapping, reason }: Plan,
  raw: SourceRow,
  identities: Identities,
): Applied {
  const { legacy_slug, ...stored } = raw;
  const { row, found } = withoutSecrets(stored);
  const organizationId = identities.organization(legacy_slug);
  const assumed: string[] = [];
  const at: At = { row, organizationId, identities, assume: (what) => assumed.push(what) };
  const applied: Applied = {
    row,
    key: keyOf(table, row),
    organizationId,
    outcome: 'quarantined',
    reason,
    before: [],
    write: null,
    after: [],
    rest: {},
    assumed,
    secrets: found.map(({ path }) => path),
  };
  if (!mapping) return applied;
  try {
    const merged = mapping.mergedInto?.(at) ?? null;
    applied.before = companions(mapping.before, at, applied);
    applied.after = companions(mapping.after, at, applied);
    if (merged === null) {
      const { write, rest } = convert(mapping, at);
      const all = { ...applied.rest, ...rest, ...unknown(mapping, table, row) };
      return { ...applied, outcome: 'mapped', reason: null, write, rest: all };
    }
    const rest = Object.fromEntries(
      Object.entries(row).filter(
        ([column, value]) => column !== 'id' && column !== 'organization_id' && !isEmpty(value),
      ),
    );
    return { ...applied, outcome: 'merged', reason: merged, rest };
  } catch (error) {
    if (!(error instanceof Unmappable)) throw error;
    return { ...applied, reason: error.message };
  }
}

function convert(mapping: Mapping, at: At): { write: Write; rest: Record<string, unknown> } {
  const rest: Record<string, unknown> = {};
  const id = mapping.id?.(at) ?? String(at.row.id);
  const row: OurRow = { id, organization_id: at.organizationId };
  if (mapping.target === 'projects.organizations') delete row.organization_id;
  for (const [column, cell] of Object.entries(mapping.columns)) {
    if (typeof cell === 'string') {
      row[column] = at.row[cell] ?? null;
      continue;
    }
    const value = cell.convert(
      cell.from.map((name) => at.row[name] ?? null),
      at,
    );
    row[column] = value;
    if (cell.exact) continue;
    for (const name of cell.from) {
      if (!isEmpty(at.row[name]) && !saysTheSame(at.row[name], value)) rest[name] = at.row[name];
    }
  }
  for (const column of Object.keys(mapping.leftOut)) {
    if (!isEmpty(at.row[column])) rest[column] = at.row[column];
  }
  return { write: { target: mapping.target, row, from: columnsOf(Object.values(mapping.columns)) }, rest };
}

export const saysTheSame = (a: unknown, b: unknown): boolean =>
  typeof a === 'object' || typeof b === 'object'
    ? JSON.stringify(a) === JSON.stringify(b)
    : String(a) === String(b);

/** Columns that this release of the earlier system has and the mapping does not know. */
function unknown(mapping: Mapping, table: SourceTable, row: SourceRow): Record<string, unknown> {
  const known = knownColumns(mapping);
  const strangers = table.columns.filter((column) => !known.has(column) && !isEmpty(row[column]));
  return Object.fromEntries(strangers.map((column) => [column, row[column]]));
}

/** Every column of the source that a mapping speaks of. */
export function knownColumns(mapping: Mapping): Set<string> {
  const brought = [...(mapping.before ?? []), ...(mapping.after ?? [])].flatMap((one) => one.from);
  return new Set([
    'id',
    'organization_id',
    ...columnsOf(Object.values(mapping.columns)),
    ...brought,
    ...Object.keys(mapping.leftOut),
  ]);
}

const columnsOf = (cells: Cell[]) =>
  cells.flatMap((cell) => (typeof cell === 'string' ? [cell] : [...cell.from]));

/** What a companion is made from has no other place where it is not made. */
function companions(list: Companion[] | undefined, at: At, applied: Applied): Write[] {
  return (list ?? []).flatMap(({ target, rows, from }) => {
    const made = rows(at);
    if (made.length === 0) {
      for (const column of from) if (!isEmpty(at.row[column])) applied.rest[column] = at.row[column];
    }
    return made.map((row) => ({ target, from, row: { organization_id: at.organizationId, ...row } }));
  });
}

/** Tables that nobody knows may have no `id`; their rows are known by what they say. */
const keyOf = (table: SourceTable, row: SourceRow) =>
  row.id === undefined || row.id === null
    ? deriveId('legacy', table.database, table.name, JSON.stringify(row))
    : String(row.id);

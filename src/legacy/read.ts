/** Reads a table of the earlier system in the same order every time, a batch at a time. */
import pg from 'pg';
import type { Mapping } from './mapping.ts';
import type { Source, SourceRow, SourceTable } from './source.ts';

const identifier = pg.escapeIdentifier;
const batchSize = 1_000;

/** How many rows there are, and a checksum of all they say. */
export async function fingerprintOf({ client }: Source, { name }: SourceTable) {
  const { rows } = await client.query<{ count: string; sum: string }>(
    `select count(*) as count, coalesce(sum(hashtextextended(t::text, 0)), 0) as sum from ${identifier(name)} t`,
  );
  const { count = '0', sum = '0' } = rows[0] ?? {};
  return { rows: Number(count), fingerprint: `${count}/${sum}` };
}

/** @param skip rows that were dealt with before */
export async function* readBatches(
  { client }: Source,
  table: SourceTable,
  mapping: Mapping | undefined,
  skip: number,
): AsyncGenerator<SourceRow[]> {
  await client.query(`declare rows no scroll cursor for ${inOrder(table, mapping)}`);
  try {
    if (skip > 0) await client.query(`move forward ${skip} from rows`);
    let waiting: SourceRow[] = [];
    for (;;) {
      const { rows } = await client.query<SourceRow>(`fetch ${batchSize} from rows`);
      const all = [...waiting, ...rows];
      if (rows.length < batchSize) {
        if (all.length > 0) yield all;
        return;
      }
      const cut = mapping?.together ? startOfLastGroup(all, mapping.together) : all.length;
      waiting = all.slice(cut);
      if (cut > 0) yield all.slice(0, cut);
    }
  } finally {
    await client.query('close rows').catch(() => undefined);
  }
}

function startOfLastGroup(rows: SourceRow[], column: string): number {
  const last = rows.at(-1)?.[column];
  return rows.findLastIndex((row) => row[column] !== last) + 1;
}

/** Parents before their parts; those whose ancestors go round in a circle come last. */
function inOrder({ name, columns, selection }: SourceTable, mapping: Mapping | undefined): string {
  const table = identifier(name);
  const key = columns.includes('id') ? 't.id' : 't::text';
  if (mapping?.together)
    return `select ${selection} from ${table} t order by t.${identifier(mapping.together)}, ${key}`;
  const parent = mapping?.parent;
  if (!parent || !columns.includes(parent)) return `select ${selection} from ${table} t order by ${key}`;
  const column = identifier(parent);
  return `with recursive depths(id, depth) as (
      select id, 0 from ${table} where ${column} is null or ${column} not in (select id from ${table})
      union all
      select part.id, depths.depth + 1 from ${table} part join depths on part.${column} = depths.id)
    select ${selection} from ${table} t left join depths on depths.id = t.id order by depths.depth nulls last, t.id`;
}

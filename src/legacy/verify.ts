/**
 * Looks at every row of the source once more and at what is there of it now: our row with the same values, or the row
 * whole in quarantine; and what ours does not hold, in quarantine too. Counts nothing that it has not seen.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { hashOf } from '../engine/derive.ts';
import { type Applied, applyMapping, type OurRow, type Plan } from './apply.ts';
import type { Identities } from './identities.ts';
import { readBatches } from './read.ts';
import { isEmpty } from './secrets.ts';
import type { Source } from './source.ts';
import { type Targets, tableOf } from './target.ts';

export type Verified = {
  rows: number;
  mapped: number;
  merged: number;
  quarantined: number;
  /** Rows that somebody has changed since they were migrated; no problem. */
  changedSince: number;
  /** SHA-256 over what the mapped rows should say, in their order, and over what they do say. */
  expected: string;
  found: string;
  problems: string[];
};

type Kept = { source_id: string; extent: string; content: Record<string, unknown> };

export async function verifyTable(
  source: Source,
  targets: Targets,
  plan: Plan,
  identities: Identities,
): Promise<Verified> {
  const result = { rows: 0, mapped: 0, merged: 0, quarantined: 0, changedSince: 0, problems: [] as string[] };
  const sums = { expected: createHash('sha256'), found: createHash('sha256') };
  for await (const batch of readBatches(source, plan.table, plan.mapping, 0)) {
    const applied = batch.map((row) => applyMapping(plan, row, identities));
    const kept = await readKept(targets, plan, applied);
    const ours = await readOurs(targets, applied);
    for (const one of applied) {
      result.rows += 1;
      const mine = kept.get(one.key) ?? new Map<string, Kept>();
      const outcome = mine.has('row') ? 'quarantined' : one.outcome;
      result[outcome] += 1;
      const problem = check(one, mine, ours, sums, () => {
        result.changedSince += 1;
      });
      if (problem && result.problems.length < 20) result.problems.push(`${one.key}: ${problem}`);
    }
  }
  return { ...result, expected: sums.expected.digest('hex'), found: sums.found.digest('hex') };
}

type Sums = Record<'expected' | 'found', ReturnType<typeof createHash>>;

/** What is wrong; undefined where nothing is. */
function check(
  one: Applied,
  kept: Map<string, Kept>,
  ours: Map<string, OurRow>,
  sums: Sums,
  changed: () => void,
): string | undefined {
  if (one.secrets.length > 0 && !kept.has('secrets')) return 'where its secrets were is not kept';
  const whole = kept.get('row');
  if (whole)
    return hashOf(whole.content) === hashOf(one.row)
      ? undefined
      : 'the row in quarantine says something else';
  if (one.outcome === 'quarantined') return 'it is neither migrated nor in quarantine';
  if ((one.outcome === 'merged' || !isEmpty(one.rest)) && !kept.has('columns'))
    return 'what is left of it is not kept';
  const lost = Object.keys(one.rest).filter((column) => !(column in (kept.get('columns')?.content ?? {})));
  if (lost.length > 0) return `${lost.join(', ')} is not kept`;
  if (!one.write) return undefined;
  const found = ours.get(one.write.row.id);
  if (!found) return `${one.write.target} ${one.write.row.id} is not there`;
  if (!sameText(found.updated_at, one.write.row.updated_at) && 'updated_at' in one.write.row) {
    changed();
    return undefined;
  }
  const left = kept.get('columns')?.content ?? {};
  const columns = Object.keys(one.write.row).filter((column) => !(`${column} (left out)` in left));
  const different = columns.filter((column) => !sameText(found[column], one.write?.row[column]));
  sums.expected.update(textOf(columns.map((column) => one.write?.row[column])));
  sums.found.update(textOf(columns.map((column) => found[column])));
  return different.length > 0 ? `${different.join(', ')} of ${one.write.target} is different` : undefined;
}

const textOf = (values: unknown[]) => hashOf(values.map(normal));

const sameText = (a: unknown, b: unknown) =>
  a === b || (isEmptyValue(a) && isEmptyValue(b)) || hashOf(normal(a)) === hashOf(normal(b));

const isEmptyValue = (value: unknown) => value === null || value === undefined;

/** The same number, moment or JSON in whichever spelling. */
function normal(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object') return JSON.parse(JSON.stringify(value));
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return text;
}

async function readKept(
  targets: Targets,
  { table }: Plan,
  applied: Applied[],
): Promise<Map<string, Map<string, Kept>>> {
  const { rows } = await targets.events.client.query<Kept>(
    `select source_id, extent, content from legacy_quarantine
      where source_database = $1 and source_table = $2 and source_id = any($3)`,
    [table.database, table.name, applied.map(({ key }) => key)],
  );
  const byKey = Map.groupBy(rows, ({ source_id }) => source_id);
  return new Map([...byKey].map(([key, some]) => [key, new Map(some.map((row) => [row.extent, row]))]));
}

async function readOurs(targets: Targets, applied: Applied[]): Promise<Map<string, OurRow>> {
  const writes = applied.flatMap(({ write }) => write ?? []);
  const [first] = writes;
  if (!first) return new Map();
  const { client, table, facts } = tableOf(targets, first.target);
  const columns = [...facts.columns].map((column) => {
    const name = pg.escapeIdentifier(column);
    return facts.lists.has(column) ? `to_jsonb(${name}) as ${name}` : name;
  });
  const query = `select ${columns.join(', ')} from ${pg.escapeIdentifier(table)} where id = any($1::uuid[])`;
  const { rows } = await client.query<OurRow>(query, [writes.map(({ row }) => row.id)]);
  return new Map(rows.map((row) => [row.id, row]));
}

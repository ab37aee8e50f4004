/** The schema that the migrations make, as it is committed: `migrations/<database>/schema.txt`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseName } from '../config.ts';
import type { Shape } from './foreign-tables.ts';
import { migrationsFolder } from './orm.ts';
import { migrationsTable, type Relation } from './relations.ts';
import type { Lack } from './requirements.ts';

export const goldenFile = (name: DatabaseName) => path.join(migrationsFolder(name), 'schema.txt');

/** Its lines, as `describeDatabase` gives them. */
export async function goldenSchema(name: DatabaseName): Promise<string[]> {
  return (await readFile(goldenFile(name), 'utf8')).split('\n').filter((line) => line !== '');
}

/** The same where TimescaleDB is: it keeps by month what native partitions keep elsewhere. */
export const withoutPartitioning = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/^(table \S+) partitioned by .*$/, '$1'));

/** What is different on a live server, one line of the schema each; `covered` begin those that are explained already. */
export function compareSchema(
  live: readonly string[],
  golden: readonly string[],
  covered: string[] = [],
): Lack[] {
  const explained = (line: string) => covered.some((start) => line.startsWith(start));
  const missing = golden.filter((line) => !live.includes(line) && !explained(line));
  const foreign = live.filter((line) => !golden.includes(line) && !explained(line));
  return [
    ...missing.map((line) => ({ difference: `missing: ${line}`, ...mendOf(line, 'missing') })),
    ...foreign.map((line) => ({ difference: `not in the plan: ${line}`, ...mendOf(line, 'foreign') })),
  ];
}

/** Rights can be given and taken by one statement; what else differs has been changed by hand. */
function mendOf(line: string, kind: 'missing' | 'foreign'): Pick<Lack, 'statements' | 'refusal'> {
  const right = /^grant on (\w+)(?:\.(\w+))? to (\S+): (.*)$/.exec(line);
  if (!right) {
    const refusal =
      kind === 'missing'
        ? 'make it again as the migrations do, or restore the database from a backup'
        : 'somebody made it by hand: drop it, or put it into a migration';
    return { statements: [], refusal };
  }
  const [, table, column, role, list = ''] = right;
  const rights = column ? list.replaceAll(/\w+/g, (word) => `${word} (${column})`) : list;
  const sql =
    kind === 'missing'
      ? `grant ${rights} on ${table} to ${role}`
      : `revoke ${rights} on ${table} from ${role}`;
  return { statements: [{ sql }] };
}

/** The tables and views that the migrations will make, for a plan of a database that does not exist yet. */
export function relationsIn(golden: readonly string[]): Relation[] {
  const relations = golden.flatMap((line): Relation[] => {
    const [, kind, name, partitioned] = /^(table|view) (\S+)( partitioned)?/.exec(line) ?? [];
    if (!name) return [];
    return [{ name, kind: kind === 'view' ? 'v' : partitioned ? 'p' : 'r', coming: true }];
  });
  return [...relations, { name: migrationsTable, kind: 'r', coming: true }];
}

/** The same with their columns. */
export function shapesIn(golden: readonly string[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const line of golden) {
    const [, name, column, type] = /^column (\w+)\.(\w+): ([^|]+?)(?: \|.*)?$/.exec(line) ?? [];
    if (!name || !column || !type) continue;
    const shape = shapes.get(name) ?? { name, columns: {} };
    shape.columns[column] = type;
    shapes.set(name, shape);
  }
  return [...shapes.values()];
}

/** Every table of the earlier system and what becomes of it, in the order in which it is read: parents first. */
import type { DatabaseName } from '../config.ts';
import type { OurRow, Plan } from './apply.ts';
import type { Companion, Mapping } from './mapping.ts';
import { mappings as analytics } from './mappings/analytics.ts';
import { mappings as codebase } from './mappings/codebase.ts';
import { mappings as events } from './mappings/events.ts';
import { mappings as learning } from './mappings/learning.ts';
import { mappings as projects } from './mappings/projects.ts';
import { mappings as prompts } from './mappings/prompts.ts';
import { quarantined } from './mappings/quarantined.ts';
import { mappings as task } from './mappings/task.ts';
import { mappings as workflows } from './mappings/workflows.ts';
import type { Sources } from './source.ts';
import type { Targets } from './target.ts';

const [githubProjects, ...plans] = task;

/** A plan belongs to a workflow, and a workflow to a project. */
export const mappings: Mapping[] = [
  ...projects,
  ...(githubProjects ? [githubProjects] : []),
  ...prompts,
  ...workflows,
  ...plans,
  ...codebase,
  ...analytics,
  ...events,
  ...learning,
];

const bySource = new Map<string, Mapping>(mappings.map((mapping) => [mapping.source, mapping]));

/** What is to be done with the tables that are there. */
export function plansFor(sources: Sources, targets: Targets): Plan[] {
  const tables = Object.values(sources).flatMap((source) => [...source.tables.values()]);
  const order = [...bySource.keys()];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const named = tables.map((table) => ({ table, name: `${table.database}.${table.name}` }));
  named.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
  return named.map(({ table, name }) => {
    const mapping = bySource.get(name);
    if (!mapping) {
      const reason = quarantined[name] ?? 'a table that no known release of the earlier system has';
      return { table, mapping: undefined, reason };
    }
    return isThere(mapping, targets)
      ? { table, mapping: within(mapping, targets), reason: '' }
      : { table, mapping: undefined, reason: `this release has no table ${mapping.target}` };
  });
}

const partsOf = (target: string) => target.split('.') as [DatabaseName, string];

function isThere({ target }: { target: string }, targets: Targets): boolean {
  const [database, table] = partsOf(target);
  return targets[database].tables.has(table);
}

/** Columns that this release does not have are kept like those that have no place at all. */
function within(mapping: Mapping, targets: Targets): Mapping {
  const [database, table] = partsOf(mapping.target);
  const has = targets[database].tables.get(table)?.columns ?? new Set();
  const leftOut = { ...mapping.leftOut };
  const columns: Mapping['columns'] = {};
  for (const [column, cell] of Object.entries(mapping.columns)) {
    if (has.has(column)) columns[column] = cell;
    else
      for (const name of typeof cell === 'string' ? [cell] : cell.from)
        leftOut[name] ??= `no column ${column}`;
  }
  const there = (list: Companion[] | undefined) =>
    (list ?? []).flatMap((companion) => {
      if (isThere(companion, targets)) return [withoutStrangers(companion, targets)];
      for (const name of companion.from) leftOut[name] ??= `no table ${companion.target}`;
      return [];
    });
  return { ...mapping, columns, before: there(mapping.before), after: there(mapping.after), leftOut };
}

function withoutStrangers(companion: Companion, targets: Targets): Companion {
  const [database, table] = partsOf(companion.target);
  const has = targets[database].tables.get(table)?.columns ?? new Set();
  const known = (row: OurRow) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => has.has(column))) as OurRow;
  return { ...companion, rows: (at) => companion.rows(at).map(known) };
}

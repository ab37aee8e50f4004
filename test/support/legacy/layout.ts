/**
 * The earlier system's eight databases as they really loaded: tables, columns, enumerations and constraints, written
 * down one line per table in the `.schema` files beside this one. What failed to load there (36 indexes, 6 views, the
 * default workflow template) is absent here too.
 */
import { readFileSync } from 'node:fs';
import type { DatabaseName } from '../../../src/config.ts';

export type LegacyColumn = {
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  references: { table: string; cascade: boolean } | null;
  /** Inclusive bounds that a check sets. */
  range: [number, number] | null;
};

export type LegacyTable = { name: string; columns: LegacyColumn[]; uniques: string[][]; checks: string[] };

export type LegacyDatabase = { enums: Map<string, string[]>; tables: LegacyTable[] };

const cache = new Map<DatabaseName, LegacyDatabase>();

export function legacyDatabase(name: DatabaseName): LegacyDatabase {
  const read = () => parse(readFileSync(new URL(`${name}.schema`, import.meta.url), 'utf8'));
  const layout = cache.get(name) ?? read();
  cache.set(name, layout);
  return layout;
}

function parse(text: string): LegacyDatabase {
  const enums = new Map<string, string[]>();
  const tables: LegacyTable[] = [];
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^(enum|table) (\w+)(?: \(\d+\))?: (.*)$/.exec(line) ?? [];
    const table = tables.at(-1);
    if (kind === 'enum') enums.set(name, rest.split(' '));
    else if (kind === 'table') tables.push({ name, columns: parseColumns(rest), uniques: [], checks: [] });
    else if (table && line.startsWith('  rules: ')) addRules(table, line.slice('  rules: '.length));
  }
  return { enums, tables };
}

const usual: Record<string, Partial<LegacyColumn> & { type: string }> = {
  metadata: { type: 'jsonb', default: '{}' },
  created_at: { type: 'timestamptz', default: 'now' },
  updated_at: { type: 'timestamptz', default: 'now' },
};

function parseColumns(text: string): LegacyColumn[] {
  return text.split('; ').flatMap((part) => {
    if (part.startsWith('+ ')) {
      const names = part.slice(2).split(', ');
      return names.map((name) => column({ name, ...(usual[name] ?? { type: 'text' }) }));
    }
    const [, name = '', type = '', table, cascade, tail = ''] =
      /^(\w+): ([\w(),]+(?:\[\])?)(?: pk)?(?: → (\w+)( \(cascade\))?)?(.*)$/.exec(part) ?? [];
    const [, value = null] = / = (.*)$/.exec(tail) ?? [];
    return column({
      name,
      type: type.replace(/^dec\b/, 'numeric').replace(/^bool\b/, 'boolean'),
      notNull: tail.includes('!'),
      default: value,
      references: table ? { table, cascade: cascade !== undefined } : null,
    });
  });
}

const column = (given: Partial<LegacyColumn> & { name: string; type: string }): LegacyColumn => ({
  notNull: false,
  default: null,
  references: null,
  range: null,
  ...given,
});

function addRules(table: LegacyTable, text: string): void {
  for (const rule of text.split('; ')) {
    if (rule.startsWith('unique ')) table.uniques.push(rule.slice('unique '.length).split(' + '));
    else if (rule.includes('not blank')) table.checks.push(`btrim(${rule.split(' ')[0]}) <> ''`);
    else if (rule.includes('IS NOT NULL or')) table.checks.push(rule);
    else for (const part of rule.replace(/^\w+ IS NULL or /, '').split(', ')) addCheck(table, part);
  }
}

function addCheck(table: LegacyTable, part: string): void {
  const [, name, low, high] = /^(\w+) in (-?\d+)\.\.(\d+)$/.exec(part) ?? [];
  const [, counter, more] = /^(\w+) ([≥>]) 0$/.exec(part) ?? [];
  const range: [number, number] = name ? [Number(low), Number(high)] : [more === '>' ? 1 : 0, 1_000];
  const found = table.columns.find((one) => one.name === (name ?? counter));
  if (found) found.range = range;
  table.checks.push(
    name
      ? `${name} between ${low} and ${high}`
      : part
          .replace('≥', '>=')
          .replace('≤', '<=')
          .replace('≠', '<>')
          .replace('now+1h', "now() + interval '1 hour'"),
  );
}

/** The statements that make a database's types and tables. */
export function legacyDdl(name: DatabaseName): string {
  const { enums, tables } = legacyDatabase(name);
  const types = [...enums].map(
    ([type, values]) => `create type ${type} as enum (${values.map((value) => `'${value}'`).join(', ')})`,
  );
  return [...types, ...tables.map(tableDdl)].join(';\n');
}

function tableDdl({ name, columns, uniques, checks }: LegacyTable): string {
  const lines = columns.map((one) => `${one.name} ${one.type}${suffix(one)}`);
  lines.push(...uniques.map((key) => `unique (${key.join(', ')})`));
  lines.push(...checks.map((check) => `check (${check})`));
  return `create table ${name} (\n  ${lines.join(',\n  ')}\n)`;
}

function suffix({ name, default: value, notNull, references }: LegacyColumn): string {
  if (name === 'id') return ' primary key default gen_random_uuid()';
  const parts = [
    notNull ? ' not null' : '',
    value === null ? '' : ` default ${value === 'now' ? 'now()' : `'${value}'`}`,
    references ? ` references ${references.table}${references.cascade ? ' on delete cascade' : ''}` : '',
  ];
  return parts.join('');
}

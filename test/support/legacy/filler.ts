/** Rows that a table would take, made up from its layout: nulls nearly everywhere, as in the earlier system. */
import type { DatabaseName } from '../../../src/config.ts';
import { type LegacyColumn, type LegacyTable, legacyDatabase } from './layout.ts';
import type { Chance } from './random.ts';

export type Row = Record<string, unknown>;
/** The rows of one database by table. */
export type Rows = Map<string, Row[]>;

export class Filler {
  readonly rows: Rows = new Map();
  readonly chance: Chance;
  readonly #enums: Map<string, string[]>;
  readonly #tables: Map<string, LegacyTable>;

  constructor(database: DatabaseName, chance: Chance) {
    const layout = legacyDatabase(database);
    this.chance = chance;
    this.#enums = layout.enums;
    this.#tables = new Map(layout.tables.map((table) => [table.name, table]));
    for (const table of layout.tables) this.rows.set(table.name, []);
  }

  of(table: string): Row[] {
    return this.rows.get(table) ?? [];
  }

  /** Tables that have no rows yet, in an order in which parents come first. */
  empty(): string[] {
    return [...this.#tables.keys()].filter((table) => this.of(table).length === 0);
  }

  /** Adds a row: what is given, and for the other columns something that the table takes. */
  add(table: string, given: Row = {}): Row {
    const layout = this.#tables.get(table);
    if (!layout) throw new Error(`There is no table ${table}.`);
    const organization = given.organization_id ?? this.#someOf('organizations')?.id;
    const row: Row = {};
    for (const column of layout.columns) {
      if (column.name in given) row[column.name] = given[column.name];
      else if (column.name === 'organization_id') row[column.name] = organization;
      else row[column.name] = this.#value(column, layout, organization);
    }
    this.#order(row);
    this.of(table).push(row);
    return row;
  }

  #someOf(table: string, organization?: unknown): Row | undefined {
    const rows = this.of(table);
    const near = organization ? rows.filter((row) => row.organization_id === organization) : rows;
    return near.length > 0 ? this.chance.pick(near) : undefined;
  }

  #value(column: LegacyColumn, table: LegacyTable, organization: unknown): unknown {
    const { chance } = this;
    const number = this.of(table.name).length + 1;
    if (column.name === 'id') return chance.uuid();
    if (column.references) {
      if (!column.notNull && chance.yes(0.4)) return null;
      const parents = this.#tables.get(column.references.table);
      const owned = parents?.columns.some(({ name }) => name === 'organization_id');
      return (
        (
          this.#someOf(column.references.table, owned ? organization : undefined) ??
          this.#someOf(column.references.table)
        )?.id ?? null
      );
    }
    if (!column.notNull && chance.yes(0.35)) return null;
    if (table.uniques.some((key) => key.includes(column.name)) && /^varchar|^text/.test(column.type))
      return `${column.name} ${number}`.replaceAll(column.name === 'slug' ? ' ' : '\0', '-');
    return this.#ofType(column, number);
  }

  #ofType({ name, type, range }: LegacyColumn, number: number): unknown {
    const { chance } = this;
    const [low, high] = range ?? [1, 50];
    const options = this.#enums.get(type.replace('[]', ''));
    if (options)
      return type.endsWith('[]')
        ? [...new Set([chance.pick(options), chance.pick(options)])]
        : chance.pick(options);
    if (type === 'uuid') return chance.uuid();
    if (type === 'boolean') return chance.yes(0.5);
    if (type === 'timestamptz') return chance.moment();
    if (type === 'date') return chance.moment().slice(0, 10);
    if (type === 'jsonb')
      return chance.yes(0.5) ? {} : { note: `${name} ${number}`, depth: { count: chance.int(0, 9) } };
    if (type === 'int[]') return [chance.int(1, 4)];
    if (type.endsWith('[]')) return ['one', `tag ${chance.int(1, 9)}`];
    if (type === 'inet') return `10.0.0.${chance.int(1, 254)}`;
    if (type === 'int') return chance.int(low, high);
    if (type.startsWith('numeric')) {
      const digits = Number(/,(\d+)/.exec(type)?.[1] ?? 2);
      const whole = type === 'numeric(3,2)' ? 9 : type === 'numeric(5,4)' ? 1 : high;
      return (low + chance.next() * (Math.min(high, whole) - low)).toFixed(digits);
    }
    const length = Number(/\((\d+)\)/.exec(type)?.[1] ?? 100);
    return name.endsWith('_url')
      ? `https://example.test/${name}/${number}`
      : `${name} ${number}`.slice(0, length);
  }

  /** Ends come after beginnings, and parts are no more than the whole. */
  #order(row: Row): void {
    for (const [low, high] of [
      ['period_start', 'period_end'],
      ['window_start', 'window_end'],
      ['started_at', 'completed_at'],
      ['created_at', 'updated_at'],
    ] as const) {
      if (typeof row[low] === 'string' && typeof row[high] === 'string')
        row[high] = this.chance.after(row[low], 60, 7_200);
    }
    for (const [part, whole] of [
      ['completed_steps', 'total_steps'],
      ['failed_steps', 'total_steps'],
      ['completed_tasks', 'total_tasks'],
      ['failed_tasks', 'total_tasks'],
      ['completed_stages', 'total_stages'],
      ['failed_stages', 'total_stages'],
      ['start_line', 'end_line'],
      ['start_column', 'end_column'],
    ] as const) {
      if (typeof row[part] === 'number' && typeof row[whole] === 'number') {
        row[part] = Math.min(row[part], row[whole]);
      }
    }
    if (row.source_element_id !== undefined && row.source_element_id === row.target_element_id)
      row.source_element_id = this.of('code_elements').find(({ id }) => id !== row.target_element_id)?.id;
  }
}

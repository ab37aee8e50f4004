/** The words in which the mappings are written: which table goes where, column by column. */
import type { DatabaseName } from '../config.ts';
import type { Identities } from './identities.ts';
import type { SourceRow } from './source.ts';

/** `<database>.<table>`, in the earlier system or in ours. */
export type TableName = `${DatabaseName}.${string}`;

/** What a conversion knows besides the values. */
export type At = {
  row: SourceRow;
  /** Ours. */
  organizationId: string;
  identities: Identities;
  /** Notes what our row says although the earlier system did not. */
  assume(what: string): void;
};

export type Conversion = {
  from: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: what a column of another system holds
  convert(values: any[], at: At): unknown;
  /** The original is to be found through what it is turned into; nothing of it has to be kept besides. */
  exact: boolean;
};

/** A column that is copied, or what makes a value out of some. */
export type Cell = string | Conversion;

/** Rows that a source row brings along in other tables of ours. */
export type Companion = {
  target: TableName;
  rows(at: At): (Record<string, unknown> & { id: string })[];
  /** The columns it is made from; kept besides where it cannot be written. */
  from: readonly string[];
};

export type Mapping = {
  source: TableName;
  target: TableName;
  /** The id of our row; the source row's own where left out. */
  id?: (at: At) => string;
  /** Says into what a row goes that has no row of its own with us; null where it has one. */
  mergedInto?: (at: At) => string | null;
  /** Our column → where its value comes from. `id` and `organization_id` go without saying. */
  columns: Record<string, Cell>;
  /** Rows that ours needs first. */
  before?: Companion[];
  /** Rows that need ours. */
  after?: Companion[];
  /** A column that refers to the table itself, so that parents are read first. */
  parent?: string;
  /** Rows with the same value in this column are written in one go, because they refer to each other. */
  together?: string;
  /** Columns that have no place with us, and why; what they hold is kept in quarantine. */
  leftOut: Record<string, string>;
};

/** A row that cannot be one of ours; it goes into quarantine whole. */
export class Unmappable extends Error {
  override readonly name = 'Unmappable';
}

// biome-ignore lint/suspicious/noExplicitAny: what a column of another system holds
type Convert = (...values: any[]) => unknown;

/** A value made from these columns; the originals are kept where they say something else. */
export const from = (columns: string | readonly string[], convert: Convert): Conversion => ({
  from: typeof columns === 'string' ? [columns] : columns,
  convert: (values, at) => convert(...values, at),
  exact: false,
});

/** The same for what can be read back from the result, such as references and units. */
export const exactly = (columns: string | readonly string[], convert: Convert): Conversion => ({
  ...from(columns, convert),
  exact: true,
});

/** The same for every row. */
export const always = (value: unknown): Conversion => ({ from: [], convert: () => value, exact: true });

/** A value that no column holds. */
export const derived = (convert: (at: At) => unknown): Conversion => ({
  from: [],
  convert: (_, at) => convert(at),
  exact: true,
});

/** A column that must not be null with us. */
export const orElse = (column: string, instead: unknown): Conversion =>
  exactly(column, (value, at: At) => {
    if (value !== null && value !== undefined) return value;
    if (instead !== '' && typeof instead !== 'object') at.assume(`${column} ${JSON.stringify(instead)}`);
    return instead;
  });

/** For `leftOut`: several columns for one reason. @param columns their names, separated by blanks */
export const leave = (reason: string, columns: string): Record<string, string> =>
  Object.fromEntries(columns.split(' ').map((column) => [column, reason]));

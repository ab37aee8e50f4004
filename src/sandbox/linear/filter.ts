/** Linear's filters (`{ team: { key: { eq: "ENG" } }, or: […] }`) over plain values. */
import { notImplemented } from './refusals.ts';

/** What a filter may ask of a row; nested views are made when asked for, since issues and teams point at each other. */
export type View = { [field: string]: Value | (() => View | View[] | null) };
type Value = string | number | boolean | null;
export type Filter = { [field: string]: unknown };

const comparators: { [name: string]: (value: Value, wanted: never) => boolean } = {
  eq: (value, wanted: Value) => value === wanted,
  neq: (value, wanted: Value) => value !== wanted,
  in: (value, wanted: Value[]) => wanted.includes(value),
  nin: (value, wanted: Value[]) => !wanted.includes(value),
  null: (value, wanted: boolean) => (value === null) === wanted,
  eqIgnoreCase: (value, wanted: string) => lower(value) === lower(wanted),
  neqIgnoreCase: (value, wanted: string) => lower(value) !== lower(wanted),
  contains: (value, wanted: string) => String(value ?? '').includes(wanted),
  containsIgnoreCase: (value, wanted: string) => lower(value).includes(lower(wanted)),
  startsWith: (value, wanted: string) => String(value ?? '').startsWith(wanted),
  endsWith: (value, wanted: string) => String(value ?? '').endsWith(wanted),
  lt: (value, wanted: Value) => value !== null && wanted !== null && value < wanted,
  lte: (value, wanted: Value) => value !== null && wanted !== null && value <= wanted,
  gt: (value, wanted: Value) => value !== null && wanted !== null && value > wanted,
  gte: (value, wanted: Value) => value !== null && wanted !== null && value >= wanted,
};

/** Whether the row fits all that the filter asks. Throws where the filter asks what the sandbox does not know. */
export function fits(view: View | null, filter: Filter | null | undefined): boolean {
  return entriesOf(filter).every(([name, wanted]) => {
    if (name === 'and') return (wanted as Filter[]).every((part) => fits(view, part));
    if (name === 'or') return (wanted as Filter[]).some((part) => fits(view, part));
    if (name === 'null') return (view === null) === wanted;
    if (view === null) return false;
    const field = view[name];
    if (field === undefined) throw notImplemented(`the filter ${name}`);
    if (typeof field !== 'function') return compare(field, wanted as Filter);
    const nested = field();
    return Array.isArray(nested) ? fitsSome(nested, wanted as Filter) : fits(nested, wanted as Filter);
  });
}

function fitsSome(views: View[], filter: Filter): boolean {
  return entriesOf(filter).every(([name, wanted]) => {
    if (name === 'length') return compare(views.length, wanted as Filter);
    if (name === 'every') return views.every((view) => fits(view, wanted as Filter));
    if (name === 'some') return views.some((view) => fits(view, wanted as Filter));
    return views.some((view) => fits(view, { [name]: wanted }));
  });
}

function compare(value: Value, comparison: Filter): boolean {
  return entriesOf(comparison).every(([name, wanted]) => {
    const comparator = comparators[name];
    if (!comparator) throw notImplemented(`the comparison ${name}`);
    return comparator(value, wanted as never);
  });
}

/** GraphQL gives null for an input left out on purpose; Linear treats it as absent. */
const entriesOf = (filter: Filter | null | undefined) =>
  Object.entries(filter ?? {}).filter(([, wanted]) => wanted !== null && wanted !== undefined);

const lower = (value: Value) => String(value ?? '').toLowerCase();

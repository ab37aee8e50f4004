/** What commands that list something have in common. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliFailure } from './failure.ts';
import { type ApiOptions, withApi } from './find-api.ts';
import { commandName, print, printJson, say } from './output.ts';
import { tableLines } from './table.ts';

/** A command that talks to the API. */
export const apiCommand = (all: Command, name: string, description: string): Command =>
  withApi(all.command(name)).description(description).option('--json', 'for programs');

/**
 * The one of a list that somebody names.
 * @param what of which kind, such as `source`
 * @param nameOf what it is called besides its id
 * @param list the command that shows what there is
 */
export function named<Item extends { id: string }>(
  items: readonly Item[],
  which: string,
  { what, nameOf, list }: { what: string; nameOf(item: Item): string; list: string },
): Item {
  const found = items.find((item) => item.id === which || nameOf(item).toLowerCase() === which.toLowerCase());
  if (found) return found;
  throw new CliFailure(`There is no ${what} "${which}"; see what there is: ${commandName} ${list}`);
}

export type Options = ApiOptions & { json?: boolean };

export const limited = (usual: number): Option =>
  new Option('--limit <number>', 'how many at most').argParser(wholeNumber).default(usual);

export function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It should be a whole number from 1 on.');
}

/** Gives ISO 8601. */
export const expires = (): Option =>
  new Option('--expires <date>', 'when it ends, such as 2027-01-31').argParser((words: string) => {
    const at = new Date(words);
    if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('Write it as 2027-01-31.');
    return at.toISOString();
  });

/** Takes the first of them, however many pages that are. */
export async function firstOf<Item>(items: AsyncIterable<Item>, limit: number): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}

/** @param none what is said where there is nothing */
export function tellList<Item>(
  items: readonly Item[],
  { json = false }: { json?: boolean },
  rowOf: (item: Item) => string[],
  none: string,
): void {
  if (json) printJson(items);
  else if (items.length === 0) say(none);
  else for (const line of tableLines(items.map(rowOf))) print(line);
}

/** Lists a page at a time: the cursor is a place in the order, so pages neither repeat nor skip when rows are added meanwhile. */
import { raw } from '@mikro-orm/postgresql';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from './problem.ts';
import { text } from './requests/texts.ts';

/** What every list takes. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1, 'The limit is 1 to 100.')
    .max(100, 'The limit is 1 to 100.')
    .default(25),
  cursor: text(1_000).optional().describe('The `nextCursor` of the page before.'),
};

export type Page<Item> = { items: Item[]; nextCursor: string | null };

export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last.'),
  });

/** @param rows one more than the limit tells that there is a next page */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(view),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** Says in the header `Link` where the next page is, for programs that go by it. */
export function linked<Of extends Page<unknown>>(req: Request, res: Response, page: Of): Of {
  if (page.nextCursor !== null) {
    const asked = req.query as Record<string, string>;
    const next = new URLSearchParams({ ...asked, cursor: page.nextCursor });
    res.links({ next: `${req.path}?${next}` });
  }
  return page;
}

type Made = { id: string; createdAt: Date };

/** A place in the order of making. */
export const cursorAfter = (row: Made): string =>
  Buffer.from(`${row.createdAt.getTime()} ${row.id}`).toString('base64url');

const place = /^(\d{1,13}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function readCursor(cursor: string): { at: Date; id: string } {
  const [, at, id] = place.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at && id) return { at: new Date(Number(at)), id };
  throw noCursor();
}

export function noCursor(): Problem {
  const message = 'This is no cursor; send the nextCursor of the page before, or leave it out.';
  return new Problem('invalid', `?cursor: ${message}`, { errors: [{ pointer: '?cursor', message }] });
}

/**
 * What comes after a cursor in a table where the newest comes first. Its row tells to the microsecond when it was made; where
 * it is gone, those of the same millisecond come again rather than not at all.
 */
export function afterNewest(table: string, cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { at, id } = readCursor(cursor);
  const after = raw(
    (alias) =>
      `(${alias}.created_at, ${alias}.id) < (coalesce((select created_at from ${table} where id = ?), ?), ?::uuid)`,
    [id, new Date(at.getTime() + 1), id],
  );
  return { [after]: [] };
}

/** To the millisecond, as a cursor has it: rows that the database dates itself have more. */
const made = () => raw((alias) => `date_trunc('milliseconds', ${alias}.created_at)`);

/** The order in which rows were made, for few rows: no index has it. */
export const inOrder = () => [{ [made()]: 'asc' as const }, { id: 'asc' as const }];

/** What comes after a cursor in that order. */
export function afterInOrder(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { at, id } = readCursor(cursor);
  return { $or: [{ [made()]: { $gt: at } }, { [made()]: at, id: { $gt: id } }] };
}

/** Parts of the address of a request. */

export const part = (id: string): string => encodeURIComponent(id);

export type Query = Record<string, string | number | boolean | undefined>;

/** With its question mark; nothing where nothing is given. */
export function queryOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}

/** Every item of a list, a page at a time. */
export async function* everyOf<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; nextCursor: string | null }>,
): AsyncGenerator<Item> {
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const { items, nextCursor } = await page(cursor);
    yield* items;
    cursor = nextCursor;
  }
}

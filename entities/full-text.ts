/** Search in what people wrote. */
import { p } from '@mikro-orm/core';

/**
 * A generated column for full-text search; index it with gin and search with
 * `search @@ websearch_to_tsquery('english', …)`. Stemmed as English; words of other languages are found as written.
 * Not read with the row.
 * @param texts from the weightiest to the least, as SQL expressions that are never null
 */
export function fullText(...texts: [string, ...string[]]) {
  const parts = texts.map((text, index) => `setweight(to_tsvector('english', ${text}), '${'ABCD'[index]}')`);
  return p
    .string()
    .columnType('tsvector')
    .generated(`(${parts.join(' || ')}) stored`)
    .nullable()
    .lazy()
    .hidden();
}

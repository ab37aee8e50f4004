/**
 * The last net before the board: jobs carry ids alone, so what is no id is not shown, and what others wrote into errors
 * and logs passes the patterns of `redact`.
 */
import { fileURLToPath } from 'node:url';
import { mapTexts, redact } from '../../security/redact.ts';

/** Where this program lies: nobody's business, and in every line of a stack. */
const folder = fileURLToPath(new URL('../../../', import.meta.url));

/** Whatever the board is about to answer. */
export const scrubbed = (body: unknown): unknown =>
  mapTexts(body, (text) => redact(text).replaceAll(`file://${folder}`, '').replaceAll(folder, ''));

/** Fields of jobs that hold words of ours or of the caller, beside ids. */
const words = ['entry', 'mark', 'seen', 'organization', 'idempotencyKey', 'handler'];

const isShown = (key: string): boolean => /id$/i.test(key) || words.includes(key);

/** A job's data, or what became of it: numbers, ids and sentences of ours; other texts by their length alone. */
export function shown(value: unknown, key = 'id'): unknown {
  if (typeof value === 'string') {
    return isShown(key) ? redact(value) : `[not shown: ${value.length} characters]`;
  }
  if (Array.isArray(value)) return value.map((one) => shown(one, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner, name)]));
}

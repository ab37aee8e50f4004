/** Secrets of the earlier system stay where they are: they were "encrypted" by name only, so each is entered anew. */
import { redact } from '../security/redact.ts';
import type { SourceRow } from './source.ts';

/** Columns that are secrets as a whole. */
const secretColumns =
  /(_encrypted$|^webhook_secret$|^authentication$|password|secret|api_?key|private_?key|access_token|_token$)/i;
/** Keys inside JSON that hold one. */
const secretKeys =
  /(token|secret|passw|passphrase|api_?key|private_?key|authorization|credential|signature|cookie)/i;
/** Counters are none, whatever they are called. */
const harmless = /(tokens$|token_count|max_tokens)/i;

export const blank = '[secret: enter it anew]';

export type Found = { path: string };

/** The row without secrets, and where they were. */
export function withoutSecrets(row: SourceRow): { row: SourceRow; found: Found[] } {
  const found: Found[] = [];
  const clean = Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (isSecret(column, value, secretColumns)) {
        found.push({ path: column });
        return [column, blank];
      }
      return [column, cleaned(value, column, found)];
    }),
  );
  return { row: clean, found };
}

const isSecret = (name: string, value: unknown, pattern: RegExp) =>
  pattern.test(name) &&
  !harmless.test(name) &&
  value !== null &&
  typeof value !== 'number' &&
  typeof value !== 'boolean' &&
  !isEmpty(value);

/** Says nothing: null, or a list or an object with nothing in it. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function cleaned(value: unknown, path: string, found: Found[]): unknown {
  if (typeof value === 'string') {
    const redacted = redact(value);
    if (redacted !== value) found.push({ path });
    return redacted;
  }
  if (Array.isArray(value)) return value.map((inner, index) => cleaned(inner, `${path}[${index}]`, found));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const at = `${path}.${key}`;
      if (!isSecret(key, inner, secretKeys)) return [key, cleaned(inner, at, found)];
      found.push({ path: at });
      return [key, blank];
    }),
  );
}

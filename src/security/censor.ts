/** Takes secrets out of what is about to be written down: by the names of fields, and by their form in any text. */
import { redact } from './redact.ts';

/** The last word of a field's name, in whatever spelling; numbers under such names are counts, and stay. */
const secretName =
  /(^|[^a-z])(pass(word|phrase|wd)?|secret|token|authorization|cookie|signature)s?$|(password|passphrase|secret|token|authorization|cookie|signature|(api|private|master|session|data)[-_ ]?key)s?$/i;

/** Deeper than this nothing is written down at all. */
const deepest = 8;

/** A copy of a value that is fit to be read by others. Errors keep their name, message, stack, causes and own fields. */
export function censor(value: unknown, depth = 0, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (above.includes(value)) return '[circular]';
  if (depth >= deepest) return '[deep]';
  const inside = [...above, value];
  const below = (inner: unknown) => censor(inner, depth + 1, inside);
  if (Array.isArray(value)) return censorList(value, below);
  if (value instanceof Map) return censor(Object.fromEntries(value), depth, above);
  if (value instanceof Set) return censor([...value], depth, above);
  if (value instanceof Headers) return censor(Object.fromEntries(value), depth, above);
  if ('toJSON' in value && typeof value.toJSON === 'function') return below(value.toJSON());
  const own = Object.entries(value).map(([name, inner]) => [
    name,
    isHidden(name, inner) ? hidden : below(inner),
  ]);
  if (!(value instanceof Error)) return Object.fromEntries(own);
  const { name, message, stack, cause } = value;
  const more = { ...(cause === undefined ? {} : { cause: below(cause) }) };
  return {
    ...Object.fromEntries(own),
    type: name,
    message: redact(message),
    stack: redact(stack ?? ''),
    ...more,
  };
}

const hidden = '[redacted]';

const isHidden = (name: string, value: unknown) =>
  secretName.test(name) &&
  value !== null &&
  value !== undefined &&
  !['number', 'boolean'].includes(typeof value);

/** Raw headers are a list in which the value comes after the name. */
function censorList(list: readonly unknown[], below: (inner: unknown) => unknown): unknown[] {
  return list.map((inner, at) => {
    const before = list[at - 1];
    return typeof before === 'string' && isHidden(before, inner) ? hidden : below(inner);
  });
}

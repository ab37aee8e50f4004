/** Values that are the same whenever they are derived from the same things: what makes a repetition recognisable. */
import { hash } from 'node:crypto';

/** A UUID (with the bits of version 4, which is what Linear asks of client ids) out of a SHA-256 of the words. */
export function deriveId(...words: readonly string[]): string {
  const bytes = hash('sha256', JSON.stringify(words), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** SHA-256, hexadecimal, of a text. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 of a JSON value, whatever the order of its keys; keys that hold undefined do not count. */
export function hashOf(value: unknown): string {
  return sha256(JSON.stringify(canonical(value)) ?? 'undefined');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  );
}

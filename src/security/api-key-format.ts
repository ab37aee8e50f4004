/**
 * What an API key looks like: `gsw_`, 32 random bytes in base64url, and their CRC-32 in eight hexadecimal digits. By the
 * fixed beginning scanners find keys that leak, and by the checksum they, and we, know a mistyped one without looking it up.
 */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The checksum came later: keys without it are good as long as they are. */
const form = /^(gsw_[A-Za-z0-9_-]{43})([0-9a-f]{8})?$/;

export function newKey(): string {
  const key = `gsw_${randomBytes(32).toString('base64url')}`;
  return key + checksumOf(key);
}

/** Whether it can be one at all. */
export function isKey(text: string): boolean {
  const [, key, checksum] = form.exec(text) ?? [];
  return key !== undefined && (checksum === undefined || checksum === checksumOf(key));
}

const checksumOf = (key: string): string => crc32(key).toString(16).padStart(8, '0');

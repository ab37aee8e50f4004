/**
 * How jobs of the queue `intake` are signed: who can write to the queue may not speak for a tenant by that alone.
 * HMAC-SHA-256 with the hexadecimal SHA-256 of the API key as its key: that, and not the API key, is what we know.
 */
import { createHmac } from 'node:crypto';
import { isSameText } from '../../security/is-same-text.ts';

export type Signed = {
  /** The slug of the organisation whose key signs. */
  organization: string;
  idempotencyKey: string;
  /** JSON, as it was signed. */
  body: string;
};

/** @param keyHash hexadecimal SHA-256 of the API key. Gives 64 hexadecimal digits */
export const signatureOf = ({ organization, idempotencyKey, body }: Signed, keyHash: string): string =>
  createHmac('sha256', keyHash).update(['v1', organization, idempotencyKey, body].join('\n')).digest('hex');

export const isSignedWith = (signed: Signed, signature: string, keyHash: string): boolean =>
  isSameText(signatureOf(signed, keyHash), signature);

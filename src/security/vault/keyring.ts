/** Master keys: the current one, under which is sealed, and earlier ones, which only open. */
import { createHash } from 'node:crypto';
import { decrypt, encrypt, keyLength, VaultError } from './envelope.ts';

/** What wraps data keys: a key of our own, or a key management service. */
export type MasterKey = {
  id: string;
  /** @param context authenticated with the data key */
  wrap(dataKey: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
  /** Throws where the bytes or the context are not those of `wrap`. */
  unwrap(wrapped: Uint8Array, context: Uint8Array): Promise<Buffer>;
};

export type Keyring = {
  current: MasterKey;
  find(id: string): MasterKey | undefined;
};

/** Gives the keys as they are now: a file may have changed since. */
export type KeyringSource = () => Promise<Keyring>;

export const localKey = (id: string, key: Uint8Array): MasterKey => ({
  id,
  wrap: async (dataKey, context) => encrypt(key, dataKey, context),
  unwrap: async (wrapped, context) => decrypt(key, wrapped, context),
});

export function keyringOf(current: MasterKey, previous: readonly MasterKey[] = []): Keyring {
  const keys = [current, ...previous];
  const repeated = keys.find((key, index) => keys.findIndex(({ id }) => id === key.id) !== index);
  if (repeated) throw new VaultError(`Two master keys are called "${repeated.id}". Give each its own id.`);
  return { current, find: (id) => keys.find((key) => key.id === id) };
}

/**
 * A key written as `id:base64`, or `base64` alone; its id is then the beginning of its SHA-256.
 * @param where it was read, for the error
 */
export function parseKey(text: string, where: string, givenId?: string): MasterKey {
  const at = text.indexOf(':');
  const key = Buffer.from(text.slice(at + 1), 'base64');
  if (key.length !== keyLength) {
    throw new VaultError(
      `${where} holds no master key: it takes ${keyLength} random bytes in base64, such as \`openssl rand -base64 32\` gives.`,
    );
  }
  return localKey((at > 0 ? text.slice(0, at) : givenId) || fingerprint(key), key);
}

const fingerprint = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex').slice(0, 12);

/**
 * Envelope encryption: each secret has a data key of its own (AES-256-GCM), and that key is wrapped by a master key.
 * What a secret belongs to is authenticated with it, so that its bytes are worth nothing in any other row.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

/** What a secret belongs to; part of its seal. */
export type Binding = { organizationId: string; provider: string; kind: string; credentialId: string };

export type Sealed = { sealedSecret: Uint8Array; sealedDataKey: Uint8Array; masterKeyId: string };

/** A secret that cannot be opened, or a master key that cannot be used. Holds nothing of the secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

export const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** Seals under the current master key. */
export async function seal(secret: string, binding: Binding, keyring: Keyring): Promise<Sealed> {
  const dataKey = randomBytes(keyLength);
  try {
    const sealedSecret = encrypt(dataKey, Buffer.from(secret, 'utf8'), contextOf('secret', binding));
    return { sealedSecret, ...(await wrap(dataKey, binding, keyring)) };
  } finally {
    dataKey.fill(0);
  }
}

/** The secret. Throws {@link VaultError} where a byte differs from what was sealed, or the binding does. */
export async function open(sealed: Sealed, binding: Binding, keyring: Keyring): Promise<string> {
  const dataKey = await unwrap(sealed, binding, keyring);
  try {
    return decrypt(dataKey, sealed.sealedSecret, contextOf('secret', binding)).toString('utf8');
  } catch {
    throw new VaultError(
      `The credential ${binding.credentialId} cannot be opened: its row was changed, or copied from elsewhere. Set it anew.`,
    );
  } finally {
    dataKey.fill(0);
  }
}

/** The data key wrapped under the current master key; the secret itself stays as it is, and is not looked at. */
export async function rewrap(
  sealed: Sealed,
  binding: Binding,
  keyring: Keyring,
): Promise<Pick<Sealed, 'sealedDataKey' | 'masterKeyId'>> {
  const dataKey = await unwrap(sealed, binding, keyring);
  try {
    return await wrap(dataKey, binding, keyring);
  } finally {
    dataKey.fill(0);
  }
}

async function wrap(dataKey: Buffer, binding: Binding, { current }: Keyring) {
  const context = contextOf('data key', binding, current.id);
  return { sealedDataKey: await current.wrap(dataKey, context), masterKeyId: current.id };
}

async function unwrap(sealed: Sealed, binding: Binding, keyring: Keyring): Promise<Buffer> {
  const key = keyring.find(sealed.masterKeyId);
  if (!key) {
    throw new VaultError(
      `The credential ${binding.credentialId} is sealed under the master key "${sealed.masterKeyId}", which is not here. Give it in VAULT_PREVIOUS_MASTER_KEYS.`,
    );
  }
  let dataKey: Buffer;
  try {
    dataKey = await key.unwrap(sealed.sealedDataKey, contextOf('data key', binding, sealed.masterKeyId));
  } catch (error) {
    if (error instanceof VaultError) throw error;
    throw new VaultError(
      `The data key of the credential ${binding.credentialId} cannot be opened with the master key "${sealed.masterKeyId}": the master key is another than it was, or the row was changed or copied from elsewhere.`,
    );
  }
  if (dataKey.length !== keyLength) {
    throw new VaultError(`The master key "${sealed.masterKeyId}" gave a data key of the wrong length.`);
  }
  return dataKey;
}

/** Nonce, ciphertext, tag. A data key encrypts once; a master key a few thousand times: random nonces do not repeat. */
export function encrypt(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where anything differs. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer {
  if (sealed.length < nonceLength + tagLength) throw new VaultError('The sealed bytes are too few.');
  const end = sealed.length - tagLength;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
    .setAAD(context)
    .setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(nonceLength, end)), decipher.final()]);
}

/** JSON, so that no two bindings read alike. */
function contextOf(what: string, binding: Binding, masterKeyId = ''): Buffer {
  const { organizationId, provider, kind, credentialId } = binding;
  return Buffer.from(
    JSON.stringify(['gsw-vault-1', what, organizationId, provider, kind, credentialId, masterKeyId]),
  );
}

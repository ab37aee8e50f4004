/** Where the master keys are: in the environment, in a file, at a key management service, or made up and kept by us. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import { changeSecrets, findSecret, readSecrets } from '../../databases/secrets-file.ts';
import { reasonOf } from '../../engine/errors.ts';
import { VaultError } from './envelope.ts';
import { type Keyring, type KeyringSource, keyringOf, type MasterKey, parseKey } from './keyring.ts';
import { kmsKey } from './kms-command.ts';

const ownKey = 'vault_master_key';
const ownPrevious = 'vault_previous_master_keys';

type Settings = Pick<Config, 'dataDir' | 'vault'>;

/** Files are read anew each time, so that every process sees at once when the key was changed. */
export function keyringSource(config: Settings): KeyringSource {
  return async () => {
    const { masterKey, masterKeyId, masterKeyFile, previousMasterKeys, kmsCommand } = config.vault;
    const previous = keysIn(previousMasterKeys ?? '', 'VAULT_PREVIOUS_MASTER_KEYS');
    if (kmsCommand) return kmsKeyring(kmsCommand, masterKeyId, previous);
    if (masterKey) return keyringOf(parseKey(masterKey, 'VAULT_MASTER_KEY', masterKeyId), previous);
    if (masterKeyFile) {
      const [current, ...older] = keysIn(await read(masterKeyFile), masterKeyFile);
      if (!current) throw new VaultError(`${masterKeyFile} (VAULT_MASTER_KEY_FILE) holds no master key.`);
      return keyringOf(current, [...older, ...previous]);
    }
    const kept = await readSecrets(config.dataDir, [ownKey]);
    const older = keysIn((await findSecret(config.dataDir, ownPrevious)) ?? '', 'secrets.json');
    return keyringOf(parseKey(kept[ownKey], 'secrets.json'), [...older, ...previous]);
  };
}

/** Whether the key is one that we made up, and may make up anew. */
export const isOwnKey = ({ vault }: Settings): boolean =>
  !vault.kmsCommand && !vault.masterKey && !vault.masterKeyFile;

/** Puts a new key in the place of our own; the old one stays with the previous ones. */
export async function renewOwnKey({ dataDir }: Settings, randomKey: () => string): Promise<void> {
  await readSecrets(dataDir, [ownKey]);
  await changeSecrets(dataDir, (kept) => {
    kept[ownPrevious] = [kept[ownKey], kept[ownPrevious]].filter(Boolean).join(',');
    kept[ownKey] = randomKey();
  });
}

/**
 * Forgets previous keys of our own but the one that was replaced last, under which somebody who had read it just before
 * may still seal. The caller has seen that nothing is sealed under them.
 */
export async function forgetOlderThanPrevious({ dataDir }: Settings): Promise<void> {
  await changeSecrets(dataDir, (kept) => {
    const [last] = kept[ownPrevious]?.split(',') ?? [];
    if (last) kept[ownPrevious] = last;
  });
}

function kmsKeyring(command: string, id: string | undefined, previous: readonly MasterKey[]): Keyring {
  if (!id) throw new VaultError('With VAULT_KMS_COMMAND, VAULT_MASTER_KEY_ID must say which key it uses.');
  const known = keyringOf(kmsKey(id, command), previous);
  // a service knows its earlier keys by their ids
  return { current: known.current, find: (wanted) => known.find(wanted) ?? kmsKey(wanted, command) };
}

/** One a line, or separated by commas. */
function keysIn(text: string, where: string): MasterKey[] {
  const words = text.split(/[\n,]/).map((word) => word.trim());
  return words.filter((word) => word && !word.startsWith('#')).map((word) => parseKey(word, where));
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new VaultError(`VAULT_MASTER_KEY_FILE cannot be read: ${reasonOf(error)}.`);
  }
}

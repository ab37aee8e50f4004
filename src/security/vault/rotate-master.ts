/**
 * Puts every credential under the current master key. It goes through the rows that are not, a batch at a time, each
 * batch in a transaction of its own; so it may be stopped at any moment, and taken up again by starting it anew.
 * Values are not decrypted: only their data keys are wrapped again.
 */
import { LockMode } from '@mikro-orm/postgresql';
import { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { reasonOf } from '../../engine/errors.ts';
import { rewrap } from './envelope.ts';
import type { KeyringSource } from './keyring.ts';
import { bindingOf } from './store.ts';

export type Rotation = {
  masterKeyId: string;
  rewrapped: number;
  /** Credentials that could not be put under the current key, with the reason. */
  stuck: { credentialId: string; masterKeyId: string; reason: string }[];
  /** Previous keys that a credential still needs; where empty, they all may be removed. */
  stillNeeded: string[];
};

export type RotationOptions = {
  batch?: number;
  /** Told after each batch. */
  onProgress?: (done: number, total: number) => void;
  /** Stops it after the batch at work. */
  signal?: AbortSignal;
};

const underAnother = (id: string) => ({ masterKeyId: { $ne: id }, status: { $ne: 'revoked' } }) as const;

export async function rotateMaster(
  databases: Databases,
  source: KeyringSource,
  { batch = 50, onProgress, signal }: RotationOptions = {},
): Promise<Rotation> {
  const keyring = await source();
  const masterKeyId = keyring.current.id;
  const count = () => databases.maintenance.projects((em) => em.count(Credential, underAnother(masterKeyId)));
  const total = await count();
  const stuck: Rotation['stuck'] = [];
  let rewrapped = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  while (!signal?.aborted) {
    const last = await databases.maintenance.projects(async (em) => {
      const rows = await em.find(
        Credential,
        { ...underAnother(masterKeyId), id: { $gt: after } },
        { orderBy: { id: 'asc' }, limit: batch, lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      for (const row of rows) {
        try {
          Object.assign(row, await rewrap(row, bindingOf(row), keyring));
          rewrapped += 1;
        } catch (error) {
          stuck.push({ credentialId: row.id, masterKeyId: row.masterKeyId, reason: reasonOf(error) });
        }
      }
      return rows.at(-1)?.id;
    });
    if (last === undefined) break;
    after = last;
    onProgress?.(rewrapped, total);
  }
  const left = await databases.maintenance.projects((em) =>
    em.find(Credential, underAnother(masterKeyId), { fields: ['masterKeyId'] }),
  );
  return { masterKeyId, rewrapped, stuck, stillNeeded: [...new Set(left.map((row) => row.masterKeyId))] };
}

/**
 * Looks for credentials that are about to expire or have expired. To be run each hour. What it finds becomes an event
 * (`credential.expiring`, `credential.expired`) in events_db, written before the row says that it was announced: an
 * interruption between the two repeats the announcement under the same id, which changes nothing.
 */
import { LockMode } from '@mikro-orm/postgresql';
import { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { announceCredential } from './announce.ts';

/** How long before its end a credential is announced, milliseconds. */
export const announcedBeforeMs = 14 * 24 * 3_600_000;

export type ExpiryWatch = { announced: Credential[]; expired: Credential[] };

export async function watchExpiry(databases: Databases, now: Date = new Date()): Promise<ExpiryWatch> {
  const horizon = new Date(now.getTime() + announcedBeforeMs);
  const due = await databases.maintenance.projects((em) =>
    em.find(
      Credential,
      { status: 'active', expiresAt: { $lte: horizon } },
      { orderBy: { expiresAt: 'asc' } },
    ),
  );
  const watch: ExpiryWatch = { announced: [], expired: [] };
  for (const row of due) {
    const expiresAt = row.expiresAt as Date;
    const isOver = expiresAt <= now;
    if (!isOver && row.expiryAnnouncedAt) continue;
    const words = isOver ? 'credential.expired' : 'credential.expiring';
    await announceCredential(databases, row, words, { expiresAt: expiresAt.toISOString() });
    if (await note(databases, row, isOver, now)) watch[isOver ? 'expired' : 'announced'].push(row);
  }
  return watch;
}

/** False where the credential was replaced meanwhile. */
function note(databases: Databases, seen: Credential, isOver: boolean, now: Date): Promise<boolean> {
  return databases.inOrganization(seen.organizationId).projects(async (em) => {
    const row = await em.findOne(
      Credential,
      { id: seen.id, status: 'active', expiresAt: seen.expiresAt ?? null },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!row) return false;
    if (isOver) row.invalidate(`it expired on ${seen.expiresAt?.toISOString().slice(0, 10)}`);
    else row.expiryAnnouncedAt = now;
    return true;
  });
}

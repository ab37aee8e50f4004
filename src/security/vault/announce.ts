import { Event } from '../../../entities/events/event.ts';
import type { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { deriveId } from '../../engine/derive.ts';

/** Writes an event about a credential into events_db, where subscribers are told of it; the same one once only. */
export async function announceCredential(
  databases: Databases,
  { id, organizationId, provider, kind, name, expiresAt, statusChangedAt }: Credential,
  eventType: 'credential.expiring' | 'credential.expired' | 'credential.invalid',
  facts: Record<string, unknown> = {},
): Promise<void> {
  const about = eventType === 'credential.invalid' ? statusChangedAt : expiresAt;
  const externalId = `${id}/${eventType}/${about?.toISOString()}`;
  const eventId = deriveId(organizationId, 'vault', externalId);
  await databases.inOrganization(organizationId).events(async (em) => {
    if ((await em.count(Event, { id: eventId })) > 0) return;
    em.persist(
      em.create(Event, {
        id: eventId,
        organizationId,
        source: 'vault',
        externalId,
        eventType,
        payload: { credentialId: id, provider, kind, name, ...facts },
        occurredAt: new Date(),
      }),
    );
  });
}

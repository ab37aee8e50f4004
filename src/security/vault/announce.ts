import type { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { deriveId } from '../../engine/derive.ts';
import { keepEvent } from '../../subscriptions/keep-event.ts';

/** Writes an event about a credential into events_db, where subscribers are told of it; the same one once only. */
export async function announceCredential(
  databases: Databases,
  { id, organizationId, provider, kind, name, expiresAt, statusChangedAt }: Credential,
  eventType: 'credential.expiring' | 'credential.expired' | 'credential.invalid',
  facts: Record<string, unknown> = {},
): Promise<void> {
  const about = eventType === 'credential.invalid' ? statusChangedAt : expiresAt;
  const externalId = `${id}/${eventType}/${about?.toISOString()}`;
  await databases.inOrganization(organizationId).events((em) =>
    keepEvent(em, {
      id: deriveId(organizationId, 'vault', externalId),
      organizationId,
      source: 'vault',
      externalId,
      eventType,
      payload: { credentialId: id, provider, kind, name, ...facts },
    }),
  );
}

/** Rows of events_db with everything that must be there. */
import { randomUUID } from 'node:crypto';

export const event = (organizationId: string) => ({
  id: randomUUID() as string,
  organizationId,
  source: 'github',
  externalId: randomUUID(),
  eventType: 'pull_request.closed',
  payload: {},
  occurredAt: new Date(),
});

type Row = { id: string; organizationId: string };

export const processing = ({ id, organizationId }: Row) => ({
  id: randomUUID() as string,
  organizationId,
  eventId: id,
  handler: 'merge',
});

export const subscription = (organizationId: string) => ({
  id: randomUUID() as string,
  organizationId,
  name: `hook ${randomUUID()}`,
  deliveryMethod: 'webhook' as const,
  destination: 'https://example.com/hook',
  createdBy: 'Ada',
});

export const delivery = (wish: Row, to: Row) => ({
  id: randomUUID() as string,
  organizationId: wish.organizationId,
  subscriptionId: wish.id,
  eventId: to.id,
});

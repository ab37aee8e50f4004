/** Notes in the audit log what people do that changes no row of theirs: such as having an event handled again. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { By } from '../databases/settings.ts';
import { appendToAuditLog } from './append.ts';

export type Deed = {
  organizationId: string;
  by: By;
  /** `<subject>.<past participle>`. */
  action: string;
  /** `<database>.<table>`. */
  subjectType: string;
  subjectId: string | null;
  facts: Record<string, unknown>;
};

/** Within a transaction in events_db, with what was done there. */
export function noteDeed(em: EntityManager, { organizationId, by, facts, ...deed }: Deed): Promise<void> {
  const { requestId = null, ...actor } = by;
  return appendToAuditLog(em, [
    {
      ...deed,
      organizationId,
      source: 'events.deeds',
      sourceId: randomUUID(),
      actor,
      before: null,
      after: facts,
      reason: null,
      requestId,
      occurredAt: new Date(),
    },
  ]);
}

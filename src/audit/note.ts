/** Notes in the audit log what people do that changes no row of theirs: such as having an event handled again, or a job. */
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
  /** Where it was done; `events.deeds` where left out. */
  source?: string;
};

/** Within a transaction in events_db, with what was done there. */
export function noteDeed(
  em: EntityManager,
  { organizationId, by, facts, source = 'events.deeds', ...deed }: Deed,
): Promise<void> {
  const { requestId = null, ...actor } = by;
  return appendToAuditLog(em, [
    {
      ...deed,
      organizationId,
      source,
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

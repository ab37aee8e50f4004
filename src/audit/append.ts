/** Adds entries to the audit log. The database gives them their places in the chain. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, actorKinds } from '../../entities/actor.ts';
import { deriveId } from '../engine/derive.ts';
import { redactAll } from '../security/redact.ts';

export type NewAuditEntry = {
  organizationId: string;
  /** Where it was first written, and its id there: delivered again, it adds nothing. */
  source: string;
  sourceId: string;
  actor: Actor;
  action: string;
  /** `<database>.<table>`, and the row there. */
  subjectType: string;
  subjectId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  requestId: string | null;
  occurredAt: Date;
};

/**
 * In the order given; all of the organisation of the transaction, whose other writers wait until it ends. One call of the
 * database for all of them: it takes and moves the head of the chain once.
 */
export async function appendToAuditLog(em: EntityManager, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = new Map<string, object>();
  // the first of what is given twice counts
  for (const row of entries.map(columnsOf)) if (!rows.has(row.id)) rows.set(row.id, row);
  await em.execute('select append_to_audit_log(?::jsonb)', [JSON.stringify([...rows.values()])]);
}

function columnsOf(entry: NewAuditEntry) {
  const { organizationId, source, sourceId } = entry;
  return {
    id: deriveId('audit', organizationId, source, sourceId),
    organization_id: organizationId,
    source,
    source_id: sourceId,
    ...actorColumns(entry.actor),
    action: entry.action,
    subject_type: entry.subjectType,
    subject_id: entry.subjectId,
    before: redactAll(entry.before),
    after: redactAll(entry.after),
    reason: entry.reason,
    request_id: entry.requestId,
    occurred_at: entry.occurredAt,
  };
}

/** Whoever writes plain SQL may call himself what he likes: nothing of it may keep an entry from being written. */
function actorColumns(actor: Partial<Actor>) {
  return {
    actor_kind: actorKinds.find((known) => known === actor.kind) ?? 'role',
    actor_name: String(actor.name ?? 'unknown').slice(0, 255),
    actor_id: actor.id === undefined ? null : String(actor.id).slice(0, 255),
  };
}

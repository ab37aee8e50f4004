/** Adds entries to the audit log. The database gives them their places in the chain. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, type ActorKind, actorKinds } from '../../entities/actor.ts';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { insertRows } from '../databases/insert-rows.ts';
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

/** In the order given; all of one organisation, whose other writers wait until the transaction ends. */
export async function appendToAuditLog(em: EntityManager, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ actor, ...entry }) => ({
    ...entry,
    id: deriveId('audit', entry.organizationId, entry.source, entry.sourceId),
    ...actorColumns(actor),
    before: redactAll(entry.before) as NewAuditEntry['before'],
    after: redactAll(entry.after) as NewAuditEntry['after'],
  }));
  await insertRows(em, AuditEntry, rows);
}

/** Whoever writes plain SQL may call himself what he likes: nothing of it may keep an entry from being written. */
function actorColumns(actor: Partial<Actor>): {
  actorKind: ActorKind;
  actorName: string;
  actorId: string | null;
} {
  const kind = actorKinds.find((known) => known === actor.kind) ?? 'role';
  return {
    actorKind: kind,
    actorName: String(actor.name ?? 'unknown').slice(0, 255),
    actorId: actor.id === undefined ? null : String(actor.id).slice(0, 255),
  };
}

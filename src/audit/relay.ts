/** Carries what the triggers of `audited()` kept, in all eight databases, to the audit log. */
import { Change } from '../../entities/change-log.ts';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import { organizationSetting } from '../databases/policies.ts';
import { appendToAuditLog, type NewAuditEntry } from './append.ts';

/** At most this many changes are moved at a time. */
const batch = 500;

/**
 * Moves all changes there are, those of one database in the order in which they were written. A change leaves its
 * database after the log has it: a crash in between delivers it again, which adds nothing. Several may relay at once.
 * Gives the number of changes moved.
 */
export async function relayChanges(databases: Pick<Databases, 'maintenance'>): Promise<number> {
  let moved = 0;
  for (const name of databaseNames) {
    for (let last = batch; last === batch; moved += last) last = await relayBatch(databases, name);
  }
  return moved;
}

async function relayBatch(databases: Pick<Databases, 'maintenance'>, name: DatabaseName): Promise<number> {
  const { maintenance } = databases;
  const changes = await maintenance[name]((em) =>
    em.find(Change, {}, { orderBy: { sequence: 'asc' }, limit: batch }),
  );
  // one organisation per transaction: it holds that one's chain, and two that hold one each could wait for each other
  for (const [organizationId, ofOne] of Map.groupBy(changes, (change) => change.organizationId)) {
    await maintenance.events(async (em) => {
      await em.execute('select set_config(?, ?, true)', [organizationSetting, organizationId]);
      await appendToAuditLog(
        em,
        ofOne.map((change) => entryOf(name, change)),
      );
    });
  }
  const ids = changes.map((change) => change.id);
  if (ids.length > 0) await maintenance[name]((em) => em.nativeDelete(Change, { id: { $in: ids } }));
  return changes.length;
}

const entryOf = (name: DatabaseName, change: Change): NewAuditEntry => ({
  organizationId: change.organizationId,
  source: `${name}.change_log`,
  sourceId: change.id,
  actor: change.actor,
  action: `${change.tableName}.${change.operation}`,
  subjectType: `${name}.${change.tableName}`,
  subjectId: change.rowId ?? null,
  before: change.before ?? null,
  after: change.after ?? null,
  reason: null,
  requestId: change.requestId ?? null,
  occurredAt: change.occurredAt,
});

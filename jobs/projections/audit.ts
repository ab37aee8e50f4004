import { appendToAuditLog } from '../../src/audit/append.ts';
import { entryOfOutbox } from '../../src/audit/outbox-entry.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';

/** Keeps every change of state of a workflow in the audit log: who, what, before and after, for which request. */
export const auditProjection = defineProjection({
  name: 'audit',
  database: 'events',
  apply: (entries, em) => appendToAuditLog(em, entries.map(entryOfOutbox)),
});

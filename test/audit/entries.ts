/** Entries for the tests of the audit log, and a look at it as the administrator. */
import { randomUUID } from 'node:crypto';
import type { NewAuditEntry } from '../../src/audit/append.ts';
import { type Verdict, verifyAuditLog } from '../../src/audit/verify.ts';
import type { Databases } from '../../src/databases/connect.ts';
import { oneMoment } from '../../src/databases/tenancy.ts';

export const entry = (organizationId: string, more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  organizationId,
  source: 'test',
  sourceId: randomUUID(),
  actor: { kind: 'person', name: 'Ada' },
  action: 'thing.changed',
  subjectType: 'task.things',
  subjectId: randomUUID(),
  before: { status: 'proposed', ä: 1.5 },
  after: { status: 'approved' },
  reason: 'looks "good"\n',
  requestId: null,
  occurredAt: new Date(),
  ...more,
});

export const verify = (databases: Databases, organizationId: string): Promise<Verdict> =>
  databases.maintenance.events((em) => verifyAuditLog(em, organizationId), oneMoment);

import { defineEntity, p } from '@mikro-orm/core';
import { actorKinds } from '../actor.ts';
import { tenantRow } from '../columns.ts';

const schema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  properties: {
    ...tenantRow,
    /** Place in the organisation's chain, from 1, without gaps. Given by the database, like all that follows from it. */
    sequence: p.bigint('number').default(0),
    /** Where it was first written, such as `workflows.outbox` or `projects.change_log`. */
    source: p.string().length(50),
    /** Its id there; the same entry delivered twice is kept once. */
    sourceId: p.string().length(255),
    actorKind: p.enum(actorKinds),
    actorName: p.string().length(255),
    actorId: p.string().length(255).nullable(),
    /** `<subject>.<past participle>`, such as `workflow.queued` or `api_keys.inserted`. */
    action: p.string().length(150),
    /** What it was done to: `<database>.<table>`. */
    subjectType: p.string().length(100),
    subjectId: p.string().length(255).nullable(),
    /** What changed, before and after; never a secret. */
    before: p.json<Record<string, unknown>>().nullable(),
    after: p.json<Record<string, unknown>>().nullable(),
    /** Why, in the actor's words. */
    reason: p.text().nullable(),
    requestId: p.string().length(64).nullable(),
    occurredAt: p.datetime(),
    recordedAt: p.datetime().defaultRaw('now()'),
    /** `hash` of the entry before it; of the first one 64 zeros. */
    prevHash: p.string().length(64).default(''),
    /** SHA-256, hexadecimal, of the entry's line (`src/audit/line.ts`), which holds every other column. */
    hash: p.string().length(64).default(''),
  },
  uniques: [
    { properties: ['organizationId', 'sequence'] },
    { properties: ['organizationId', 'source', 'sourceId'] },
  ],
  indexes: [
    { properties: ['organizationId', 'subjectType', 'subjectId'] },
    { properties: ['organizationId', 'occurredAt'] },
  ],
  // What the line writes in one way only: an absent value is no JSON null, and a time is in our era.
  checks: [
    { name: 'audit_log_before_object', expression: `jsonb_typeof(before) = 'object'` },
    { name: 'audit_log_after_object', expression: `jsonb_typeof(after) = 'object'` },
    {
      name: 'audit_log_times',
      expression: `occurred_at between '1970-01-01Z' and '9999-01-01Z' and recorded_at between '1970-01-01Z' and '9999-01-01Z'`,
    },
  ],
  triggers: [
    {
      // what `append_to_audit_log` inserts has its places already; only the owner, in whose name it does, moves heads
      name: 'chain',
      timing: 'before',
      events: ['insert'],
      expression: `create trigger chain before insert on audit_log for each row when (current_setting('app.audit_procedure', true) is distinct from 'append' or not has_table_privilege('audit_heads', 'update')) execute function chain_audit_entry()`,
    },
    {
      name: 'append_only',
      timing: 'before',
      events: ['update', 'delete'],
      expression:
        'create trigger append_only before update or delete on audit_log for each row execute function refuse_audit_change()',
    },
    {
      name: 'never_truncated',
      timing: 'before',
      events: ['truncate'],
      forEach: 'statement',
      expression:
        'create trigger never_truncated before truncate on audit_log for each statement execute function refuse_audit_change()',
    },
  ],
});

/** Who did what to what, and when. Chained by hashes, so that no entry can be changed, removed or slipped in unseen. */
export class AuditEntry extends schema.class {}
schema.setClass(AuditEntry);

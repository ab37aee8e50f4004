import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_heads',
  properties: {
    organizationId: p.uuid().primary(),
    /** Of the last entry; writers of one organisation take turns at this row. */
    sequence: p.bigint('number'),
    hash: p.string().length(64),
    /** The last entry that `prune_audit_log` took away; 0 while the log is whole. */
    baseSequence: p.bigint('number'),
    baseHash: p.string().length(64),
  },
  triggers: [
    {
      name: 'moved_by_the_chain',
      timing: 'before',
      events: ['update', 'delete'],
      expression:
        'create trigger moved_by_the_chain before update or delete on audit_heads for each row execute function refuse_audit_change()',
    },
    {
      name: 'never_truncated',
      timing: 'before',
      events: ['truncate'],
      forEach: 'statement',
      expression:
        'create trigger never_truncated before truncate on audit_heads for each statement execute function refuse_audit_change()',
    },
  ],
});

/** Where an organisation's audit log ends, so that the loss of its last entries is found. Written by triggers alone. */
export class AuditHead extends schema.class {}
schema.setClass(AuditHead);

import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { roles } from './roles.ts';
import { User } from './user.ts';

const schema = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  properties: {
    ...tenantRow,
    /** Of any organisation; only maintenance can admit one whose home is another. */
    userId: () => p.manyToOne(User).mapToPk().fieldName('user_id').deleteRule('cascade').index(),
    role: p.enum(roles),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [{ properties: ['organizationId', 'userId'] }],
});

/** A person in an organisation: what everything there refers to that a person does or owns. */
export class Membership extends schema.class {}
schema.setClass(Membership);

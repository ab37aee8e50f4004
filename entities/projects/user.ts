import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    // the home organisation, which alone may change the row; those it is a member of may read it
    ...tenantRow,
    name: p.string().length(255),
    /** One account per address in the whole installation, in capitals or not. */
    email: p.string().length(320),
    /** The login at GitHub, by which its events are told to be this person's. */
    githubLogin: p.string().length(255).nullable(),
    /** The id at Linear. */
    linearUserId: p.uuid().nullable(),
    avatarUrl: p.text().nullable(),
    /** Since when the account is closed; its address is free again then. */
    deactivatedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    {
      name: 'users_email_unique',
      expression:
        'create unique index users_email_unique on users (lower(email)) where deactivated_at is null',
    },
    {
      name: 'users_github_login_unique',
      expression:
        'create unique index users_github_login_unique on users (organization_id, lower(github_login)) where deactivated_at is null',
    },
    {
      name: 'users_linear_user_id_unique',
      expression:
        'create unique index users_linear_user_id_unique on users (organization_id, linear_user_id) where deactivated_at is null',
    },
  ],
  policies: [
    {
      name: 'members_are_seen',
      command: 'select',
      using: `id in (select user_id from memberships where organization_id = (select current_setting('app.organization_id')::uuid))`,
    },
  ],
});

/** A person. What he may do in an organisation stands in his membership. */
export class User extends schema.class {}
schema.setClass(User);

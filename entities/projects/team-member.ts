import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { tenantRow, timestamps } from '../columns.ts';
import { Membership } from './membership.ts';
import { Team } from './team.ts';

const schema = defineEntity({
  name: 'TeamMember',
  tableName: 'team_members',
  properties: {
    ...tenantRow,
    teamId: () => p.manyToOne(Team).mapToPk().fieldName('team_id').deleteRule('cascade'),
    membershipId: () =>
      p.manyToOne(Membership).mapToPk().fieldName('membership_id').deleteRule('cascade').index(),
    /** What he does in it; what he may do stands in his membership. */
    role: p.enum(['lead', 'maintainer', 'developer', 'reviewer'] as const).default('developer'),
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [{ properties: ['teamId', 'membershipId'] }],
});

/** Somebody's place in a team; who leaves has no row any more. */
export class TeamMember extends schema.class {}
schema.setClass(TeamMember);

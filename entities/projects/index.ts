/** projects_db: the only home of organisations and people, and what they work on. */

import { ActiveProject } from './active-project.ts';
import { ApiKey } from './api-key.ts';
import { Credential } from './credential.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { Membership } from './membership.ts';
import { Milestone } from './milestone.ts';
import { Organization } from './organization.ts';
import { Project } from './project.ts';
import { ProjectActivity } from './project-activity.ts';
import { ProjectRepositorySummary } from './project-repository-summary.ts';
import { Repository } from './repository.ts';
import { RetentionPolicy } from './retention-policy.ts';
import { Team } from './team.ts';
import { TeamAnalytics } from './team-analytics.ts';
import { TeamMember } from './team-member.ts';
import { User } from './user.ts';

export const entities = [
  Organization,
  User,
  Membership,
  ApiKey,
  Credential,
  IdempotencyKey,
  Team,
  TeamMember,
  Project,
  Repository,
  Milestone,
  ProjectActivity,
  RetentionPolicy,
  ActiveProject,
  ProjectRepositorySummary,
  TeamAnalytics,
];

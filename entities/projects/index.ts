/** projects_db: the only home of organisations and people, and what they work on. */
import { ApiKey } from './api-key.ts';
import { Credential } from './credential.ts';
import { Membership } from './membership.ts';
import { Milestone } from './milestone.ts';
import { Organization } from './organization.ts';
import { Project } from './project.ts';
import { ProjectActivity } from './project-activity.ts';
import { Repository } from './repository.ts';
import { Team } from './team.ts';
import { TeamMember } from './team-member.ts';
import { User } from './user.ts';
import { ActiveProject } from './views/active-project.ts';
import { ProjectRepositorySummary } from './views/project-repository-summary.ts';
import { TeamAnalytics } from './views/team-analytics.ts';

export const entities = [
  Organization,
  User,
  Membership,
  ApiKey,
  Credential,
  Team,
  TeamMember,
  Project,
  Repository,
  Milestone,
  ProjectActivity,
  ActiveProject,
  ProjectRepositorySummary,
  TeamAnalytics,
];

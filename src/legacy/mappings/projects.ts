/** Into projects_db: organisations, people, projects and repositories. */
import { deriveId } from '../../engine/derive.ts';
import {
  derived,
  epoch,
  exactly,
  from,
  oneOf,
  orElse,
  personOr,
  required,
  timestamps,
  upTo,
  uuid,
} from '../conversions.ts';
import { legacySlug, precedence, slugify } from '../identities.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import type { Repository } from '../repositories.ts';
import { isEmpty } from '../secrets.ts';
import { datesOf, projectRow } from './companions.ts';

/** Each database had its own row for the same organisation; which one becomes ours says `precedence`. */
const organizations: Mapping[] = precedence.map((database) => ({
  source: `${database}.organizations`,
  target: 'projects.organizations',
  id: (at) => at.organizationId,
  mergedInto: ({ row, identities }) => {
    const home = identities.organizations.get(slugify(row.slug)) ?? legacySlug;
    return home === database ? null : `the organisation "${row.slug}" of ${home}_db`;
  },
  columns: { name: 'name', slug: from('slug', slugify), description: 'description', ...timestamps },
  leftOut: {
    settings: 'settings were free JSON that nothing read',
    codegen_org_id: 'belongs to the credential, which is entered anew',
    codegen_api_token_encrypted: 'a secret: entered anew',
    github_integration_enabled: 'follows from whether there is a credential',
    linear_integration_enabled: 'follows from whether there is a credential',
    github_integration_config: 'belongs to the credential, which is entered anew',
    linear_integration_config: 'belongs to the credential, which is entered anew',
    default_model: 'the coding agent chooses its model',
  },
}));

const repositoryOf = ({ identities, row }: At) => identities.repositories.of('projects.repositories', row.id);

const repositoryName = (part: (repository: Repository) => unknown) =>
  derived((at) => part(required(repositoryOf(at), 'neither its full name nor a URL says whose it is')));

const projects: Mapping = {
  source: 'projects.projects',
  target: 'projects.projects',
  id: ({ identities, row }) => identities.repositories.ofProject(row.id)?.projectId ?? String(row.id),
  columns: {
    name: 'name',
    slug: from(
      'slug',
      (slug, { identities, row }: At) => identities.repositories.ofProject(row.id)?.slug ?? slug,
    ),
    description: 'description',
    status: oneOf(
      'status',
      ['planning', 'active', 'on_hold', 'completed', 'cancelled', 'archived'],
      'active',
    ),
    priority: oneOf('priority', ['low', 'normal', 'high', 'urgent', 'critical'], 'normal'),
    start_date: 'start_date',
    // one that ends before it starts has no end
    end_date: from(['end_date', 'start_date'], (end, start) =>
      end !== null && start !== null && end < start ? null : end,
    ),
    budget: 'budget_allocated',
    budget_currency: exactly('budget_allocated', (budget, at: At) => {
      if (budget === null) return null;
      at.assume('budget in USD');
      return 'USD';
    }),
    ...timestamps,
  },
  leftOut: {
    ...leave(
      'a project here is what workflows work on; the rest of its planning has no place',
      'visibility objectives requirements milestones owner_id lead_id team_size estimated_hours actual_hours budget_spent resource_requirements progress_percentage completion_criteria external_project_id external_url documentation_url tags deleted_at',
    ),
    ...leave('free JSON that nothing read', 'metadata'),
  },
};

const ourProject = exactly(
  'project_id',
  (id, { identities }: At) => identities.repositories.ofProject(id)?.projectId ?? id,
);

const repositories: Mapping = {
  source: 'projects.repositories',
  target: 'projects.repositories',
  id: (at) => repositoryOf(at)?.id ?? String(at.row.id),
  mergedInto: (at) =>
    !repositoryOf(at) || at.identities.repositories.leads('projects.repositories', at.row.id)
      ? null
      : 'an earlier row for the same repository',
  before: [
    {
      target: 'projects.projects',
      from: [],
      rows: (at) =>
        [repositoryOf(at)].flatMap((repository) => (repository ? [projectRow(repository, at)] : [])),
    },
  ],
  columns: {
    project_id: repositoryName(({ projectId }) => projectId),
    owner: repositoryName(({ owner }) => owner),
    name: from('name', (_, at: At) => repositoryOf(at)?.name),
    provider: from('provider', () => 'github'),
    external_id: upTo(100, 'external_repo_id', ''),
    description: 'description',
    default_branch: orElse('default_branch', 'main'),
    is_private: orElse('is_private', true),
    language: 'language',
    languages: asNumbers('languages'),
    topics: orElse('topics', []),
    is_archived: orElse('is_archived', false),
    last_activity_at: 'last_activity_at',
    web_url: exactly('web_url', (url, at: At) => url ?? webUrl(at)),
    clone_url: 'clone_url',
    ...timestamps,
  },
  leftOut: {
    ...leave('owner and name say it', 'full_name'),
    ...leave(
      'read anew from the provider when it is needed',
      'ssh_url api_url size_kb stars_count forks_count issues_count pull_requests_count is_fork is_template provider_data',
    ),
    ...leave(
      'a repository here is one of Git at a provider, and in use',
      'repository_type status visibility',
    ),
    ...leave('a secret: entered anew as a credential', 'access_token_encrypted webhook_config'),
    ...leave('free JSON that nothing read', 'metadata'),
    ...leave('repositories are not deleted here', 'deleted_at'),
  },
};

/** Bytes per language; what is no number is kept besides. */
function asNumbers(column: string) {
  return from(column, (value) =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([, bytes]) => typeof bytes === 'number')),
  );
}

function webUrl(at: At): string {
  const repository = repositoryOf(at);
  return `https://github.com/${repository?.owner}/${repository?.name}`;
}

/** In that order, so that the row that becomes ours comes first. The same people had a row in each database; they are told by their addresses. */
const users: Mapping[] = precedence.map((database) => ({
  source: `${database}.users`,
  target: 'projects.users',
  id: ({ identities, row }) => personId(required(identities.person(database, row.id), 'it has no address')),
  mergedInto: ({ row, identities }) => {
    const address = identities.person(database, row.id);
    const home = identities.people.get(address ?? '');
    return home === `${database}:${row.id}` ? null : `the user ${address} of ${home?.split(':')[0]}_db`;
  },
  columns: {
    name: 'name',
    email: from('email', (email) => String(email).trim().toLowerCase()),
    github_login: upTo(255, 'github_username'),
    linear_user_id: uuid('linear_user_id'),
    avatar_url: 'avatar_url',
    ...timestamps,
  },
  after: [
    {
      target: 'projects.memberships',
      from: ['role'],
      rows: (at) => {
        const address = required(at.identities.person(database, at.row.id), 'it has no address');
        const role = { admin: 'admin', owner: 'admin', member: 'operator' }[String(at.row.role)] ?? 'viewer';
        const id = membershipId(at.organizationId, address);
        return [{ id, user_id: personId(address), role, ...datesOf(at) }];
      },
    },
  ],
  leftOut: {
    ...leave('people are known by their address', 'username'),
    ...leave('settings were free JSON that nothing read', 'settings'),
    ...leave('the role in the organisation says it', 'can_create_workflows can_manage_workflows'),
    ...leave('a provider tells who acts with every event', 'external_ids'),
  },
}));

const personId = (address: string) => deriveId('legacy', 'user', address);
const membershipId = (organizationId: string, address: string) =>
  deriveId('legacy', 'membership', organizationId, address);

const milestones: Mapping = {
  source: 'projects.project_milestones',
  target: 'projects.milestones',
  columns: {
    project_id: ourProject,
    name: 'name',
    description: 'description',
    state: exactly(['is_completed', 'completed_at'], (done, at) => (done || at ? 'reached' : 'open')),
    due_date: 'due_date',
    completed_at: exactly(
      ['completed_at', 'is_completed', 'updated_at', 'created_at'],
      (completed, done, updated, created) => completed ?? (done ? (updated ?? created ?? epoch) : null),
    ),
    ...timestamps,
  },
  leftOut: {
    ...leave('a milestone is reached or not', 'progress_percentage'),
    ...leave('the requirements say it', 'deliverables acceptance_criteria'),
    ...leave('free JSON that nothing read', 'metadata'),
  },
};

const activities: Mapping = {
  source: 'projects.project_activities',
  target: 'projects.project_activities',
  columns: {
    project_id: ourProject,
    activity_type: 'activity_type',
    actor: personOr('projects', 'user_id', 'earlier system'),
    details: exactly(
      ['activity_data', 'description', 'reference_type', 'reference_id'],
      (data, text, type, id) => ({
        ...(isEmpty(data) ? {} : { data }),
        ...(isEmpty(text) ? {} : { description: text }),
        ...(isEmpty(type) ? {} : { referenceType: type }),
        ...(isEmpty(id) ? {} : { referenceId: id }),
      }),
    ),
    occurred_at: exactly('created_at', (at) => at ?? epoch),
  },
  leftOut: leave('free JSON that nothing read', 'metadata'),
};

/** For rows that belong to nobody, and for the migration's own; nobody logs in to it. */
export const legacyOrganization = (id: string) => ({
  id,
  name: 'Earlier system',
  slug: legacySlug,
  // the same in every run
  created_at: epoch,
  updated_at: epoch,
});

export const mappings: Mapping[] = [
  ...organizations,
  ...users,
  projects,
  repositories,
  milestones,
  activities,
];

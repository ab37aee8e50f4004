/** Into projects_db: organisations, people, projects and repositories. */
import { databaseNames } from '../../config.ts';
import { always, derived, exactly, from, orElse, required, timestamps, upTo } from '../conversions.ts';
import { legacySlug, slugify } from '../identities.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import type { Repository } from '../repositories.ts';
import { projectRow } from './companions.ts';

/** Each database had its own row for the same organisation; which one becomes ours says `precedence`. */
const organizations: Mapping[] = databaseNames.map((database) => ({
  source: `${database}.organizations`,
  target: 'projects.organizations',
  id: (at) => at.organizationId,
  mergedInto: ({ row, identities }) => {
    const home = identities.organizations.get(slugify(row.slug)) ?? legacySlug;
    return home === database ? null : `the organisation "${row.slug}" of ${home}_db`;
  },
  columns: { name: 'name', slug: from('slug', slugify), ...timestamps },
  leftOut: {
    description: 'an organisation has no description',
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
    ...timestamps,
  },
  leftOut: {
    ...leave(
      'a project here is what workflows work on; planning has no place',
      'status visibility priority objectives requirements milestones owner_id lead_id team_size start_date end_date estimated_hours actual_hours budget_allocated budget_spent resource_requirements progress_percentage completion_criteria external_project_id external_url documentation_url tags deleted_at',
    ),
    ...leave('free JSON that nothing read', 'metadata'),
  },
};

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
      rows: (at) => [repositoryOf(at)].flatMap((repository) => (repository ? [projectRow(repository)] : [])),
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
    web_url: exactly('web_url', (url, at: At) => url ?? webUrl(at)),
    clone_url: 'clone_url',
    ...timestamps,
  },
  leftOut: {
    ...leave('owner and name say it', 'full_name'),
    ...leave(
      'read anew from the provider when it is needed',
      'ssh_url api_url languages size_kb stars_count forks_count issues_count pull_requests_count is_fork is_template is_archived provider_data topics last_activity_at',
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

function webUrl(at: At): string {
  const repository = repositoryOf(at);
  return `https://github.com/${repository?.owner}/${repository?.name}`;
}

/** For rows that belong to nobody, and for the migration's own; nobody logs in to it. */
export const legacyOrganization = (id: string) => ({ id, name: 'Earlier system', slug: legacySlug });

export const mappings: Mapping[] = [...organizations, projects, repositories];

/** One identity per repository: the earlier system had up to four, under four ids, with no key between them. */
import { deriveId } from '../engine/derive.ts';
import type { Sources } from './source.ts';

export type Repository = {
  organizationId: string;
  owner: string;
  name: string;
  /** Ours, derived as the engine derives them, so that a later workflow finds what was migrated. */
  id: string;
  projectId: string;
  githubProjectId: string;
  /** `owner/name` in lower case. */
  slug: string;
};

export type Repositories = {
  /** @param kind `task.github_projects`, `projects.repositories` or `codebase.codebases` */
  of(kind: string, id: unknown): Repository | undefined;
  /** Whether this source row is the first of its kind for its repository. */
  leads(kind: string, id: unknown): boolean;
  organization(slug: unknown): string;
  named(organizationId: string, owner: unknown, name: unknown): Repository;
  /** Our id of what was a row of codebase_db.codebases. */
  codebaseOf(id: unknown): string | undefined;
  /** The repository that a row of projects_db.projects stands for: its primary or only one. */
  ofProject(id: unknown): Repository | undefined;
};

type Organization = (slug: unknown) => string;

const slug = '(select o.slug from organizations o where o.id = t.organization_id) as slug';

export async function readRepositories(sources: Sources, organization: Organization): Promise<Repositories> {
  const known = new Map<string, Repository>();
  const leaders = new Map<string, string>();
  const note = (kind: string, row: Record<string, unknown>, found: [string, string] | undefined) => {
    if (!found) return;
    const repository = identify(organization(row.slug), ...found);
    known.set(`${kind}:${row.id}`, repository);
    const leader = `${kind}:${repository.id}:${row.branch ?? ''}`;
    if (!leaders.has(leader)) leaders.set(leader, String(row.id));
    branches.set(`${kind}:${row.id}`, leader);
  };
  const branches = new Map<string, string>();
  const codebases = new Map<string, string>();
  const { task, projects, codebase } = sources;
  if (task?.tables.has('github_projects')) {
    const { rows } = await task.client.query(
      `select t.id, t.github_owner, t.github_repo_name, ${slug} from github_projects t order by t.created_at, t.id`,
    );
    for (const row of rows) note('task.github_projects', row, [row.github_owner, row.github_repo_name]);
  }
  if (projects?.tables.has('repositories')) {
    const { rows } = await projects.client.query(
      `select t.id, t.full_name, t.clone_url, t.web_url, ${slug} from repositories t order by t.created_at, t.id`,
    );
    for (const row of rows) {
      note('projects.repositories', row, parse(row.full_name) ?? parse(row.web_url) ?? parse(row.clone_url));
    }
  }
  if (codebase?.tables.has('codebases')) {
    const { rows } = await codebase.client.query(
      `select t.id, t.repository_url, coalesce(t.branch, 'main') as branch, ${slug} from codebases t order by t.created_at, t.id`,
    );
    for (const row of rows) {
      note('codebase.codebases', row, parse(row.repository_url));
      const repository = known.get(`codebase.codebases:${row.id}`);
      if (!repository) continue;
      codebases.set(row.id, deriveId('codebase', repository.organizationId, repository.id, row.branch));
    }
  }
  const ofProject = await readLinks(sources, known);
  return {
    of: (kind, id) => known.get(`${kind}:${id}`),
    leads: (kind, id) => leaders.get(branches.get(`${kind}:${id}`) ?? '') === String(id),
    organization,
    named: (organizationId, owner, name) => identify(organizationId, String(owner), String(name)),
    codebaseOf: (id) => codebases.get(String(id)),
    ofProject: (id) => ofProject.get(String(id)),
  };
}

function identify(organizationId: string, owner: string, name: string): Repository {
  const slug = `${owner}/${name}`.toLowerCase();
  return {
    organizationId,
    owner,
    name,
    slug,
    id: deriveId('repository', organizationId, 'github', slug),
    projectId: deriveId('project', organizationId, slug),
    githubProjectId: deriveId('github-project', organizationId, slug),
  };
}

/** `owner/name`, or a URL that ends so, over HTTPS or SSH. */
function parse(text: unknown): [string, string] | undefined {
  const [, owner, name] = /(?:^|[/:])([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(String(text ?? '')) ?? [];
  return owner && name ? [owner, name] : undefined;
}

/** One project per repository: where two projects name the same as theirs, it is the older one's. */
async function readLinks({ projects }: Sources, known: Map<string, Repository>) {
  const links = new Map<string, Repository>();
  if (!projects?.tables.has('project_repositories')) return links;
  const { rows } = await projects.client.query(
    `select project_id, repository_id from project_repositories t
      where coalesce(t.is_primary, false)
         or (select count(*) from project_repositories other where other.project_id = t.project_id) = 1
      order by t.created_at, t.id`,
  );
  const taken = new Set<string>();
  for (const { project_id, repository_id } of rows) {
    const repository = known.get(`projects.repositories:${repository_id}`);
    if (!repository || taken.has(repository.projectId) || links.has(project_id)) continue;
    taken.add(repository.projectId);
    links.set(project_id, repository);
  }
  return links;
}

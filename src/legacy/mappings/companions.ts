/** Rows of ours that several tables of the earlier system give rise to. */
import { sha256 } from '../../engine/derive.ts';
import { epoch } from '../conversions.ts';
import type { At, Companion } from '../mapping.ts';
import type { Repository } from '../repositories.ts';

/** The project and the repository, known by their name alone; whoever knows more of them was first. */
export const repositoryCompanions = (repositoryOf: (at: At) => Repository | undefined): Companion[] => [
  {
    target: 'projects.projects',
    from: [],
    rows: (at) => each(repositoryOf(at), (repository) => projectRow(repository, at)),
  },
  {
    target: 'projects.repositories',
    from: [],
    rows: (at) => each(repositoryOf(at), (repository) => repositoryRow(repository, at)),
  },
  {
    target: 'task.github_projects',
    from: [],
    rows: (at) =>
      each(repositoryOf(at), ({ githubProjectId, projectId, owner, name }) => ({
        id: githubProjectId,
        project_id: projectId,
        github_owner: owner,
        github_repo_name: name,
        is_pinned: false,
        ...datesOf(at),
      })),
  },
];

export const projectRow = ({ projectId, name, slug }: Repository, at: At) => ({
  id: projectId,
  name,
  slug,
  ...datesOf(at),
});

export const repositoryRow = ({ id, projectId, owner, name }: Repository, at: At) => ({
  id,
  project_id: projectId,
  provider: 'github',
  owner,
  name,
  // unknown until a workflow reads the repository
  external_id: '',
  default_branch: 'main',
  is_private: true,
  web_url: `https://github.com/${owner}/${name}`,
  clone_url: `https://github.com/${owner}/${name}.git`,
  ...datesOf(at),
});

/** When the row that it is made from was written and last changed. */
export function datesOf({ row }: At) {
  const created_at = row.created_at ?? epoch;
  return { created_at, updated_at: row.updated_at ?? created_at };
}

const each = <T>(value: T | undefined, row: (value: T) => Record<string, unknown> & { id: string }) =>
  value === undefined ? [] : [row(value)];

/** The requirements that a workflow was given; the same under whichever row they are found. */
export function requirementsRow(
  at: At,
  workflow: { id: string; number: number; repository: Repository },
  text: string,
  extra: Record<string, unknown>,
) {
  return {
    ...extra,
    github_project_id: workflow.repository.githubProjectId,
    content: text,
    content_hash: sha256(text),
    author: 'earlier system',
    version: workflow.number,
    ...datesOf(at),
  };
}

/** Projects of the dashboard: pinned ones first in their order, then by name, a page at a time. */
import { raw } from '@mikro-orm/postgresql';
import { GithubProject } from '../../entities/task/github-project.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { noCursor, type Page, pageOf, pageSchema } from './pages.ts';
import type { ProjectsQuery } from './requests/project-requests.ts';
import { type ProjectView, projectSchema, projectViews } from './views/project-view.ts';

export const projectPageSchema = pageSchema(projectSchema).meta({ id: 'ProjectPage' });

export async function listProjects(
  db: OrganizationDatabases,
  { pinned, limit, cursor }: ProjectsQuery,
): Promise<Page<ProjectView>> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await db.task((em) =>
    em.find(
      GithubProject,
      {
        archivedAt: null,
        ...(pinned === undefined ? {} : { isPinned: pinned }),
        ...(after ? { [raw((alias) => `(${placeIn(alias).join(', ')}) > (?, ?, ?)`, after)]: [] } : {}),
      },
      {
        orderBy: [0, 1, 2].map((part) => ({ [raw((alias) => placeIn(alias)[part] as string)]: 'asc' })),
        limit: limit + 1,
      },
    ),
  );
  const views = new Map((await projectViews(db, rows.slice(0, limit))).map((view) => [view.id, view]));
  return pageOf(rows, limit, ({ id }) => views.get(id) as ProjectView, cursorAfter);
}

const last = 2_147_483_647;

/** No two projects of an organisation have the same. */
const placeIn = (row: string): [string, string, string] => [
  `case when ${row}.is_pinned then 0 else 1 end`,
  `coalesce(${row}.pin_order, ${last})`,
  `lower(${row}.github_owner || '/' || ${row}.github_repo_name)`,
];

type Place = [unpinned: number, order: number, name: string];

function cursorAfter(row: GithubProject): string {
  const name = `${row.githubOwner}/${row.githubRepoName}`.toLowerCase();
  return Buffer.from(`${row.isPinned ? 0 : 1} ${row.pinOrder ?? last} ${name}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const [, unpinned, order, name] =
    /^([01]) (\d{1,10}) ([\w.-]+\/[\w.-]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (name === undefined || Number(order) > last) throw noCursor();
  return [Number(unpinned), Number(order), name];
}

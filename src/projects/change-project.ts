/** What people do to the projects of the dashboard. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { GithubProject } from '../../entities/task/github-project.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Refusal } from '../engine/refusal.ts';
import { refuseStale } from '../engine/refuse-stale.ts';

type Db = Pick<OrganizationDatabases, 'task'>;

/**
 * Throws a {@link Refusal} where there is no such project, or it has another version.
 * @param version what the change was made for; undefined where that does not matter
 */
export function changeProject(
  db: Db,
  id: string,
  change: (project: GithubProject) => void,
  version?: number,
): Promise<GithubProject> {
  return db.task(async (em) => {
    const project = await em.findOne(GithubProject, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!project) throw noProject(id);
    refuseStale('project', project, version);
    change(project);
    await em.flush();
    return project;
  });
}

/** Puts pinned projects in this order; those that are not named come after them. Throws a {@link Refusal} where one is not pinned. */
export async function orderPinned(db: Db, ids: readonly string[]): Promise<void> {
  await db.task(async (em) => {
    const pinned = await pinnedOf(em);
    const missing = ids.find((id) => !pinned.some((project) => project.id === id));
    if (missing) {
      throw new Refusal('conflict', `There is no pinned project ${missing}; pin it first, or leave it out.`);
    }
    for (const project of pinned) {
      const place = ids.indexOf(project.id);
      project.pinOrder = place < 0 ? null : place + 1;
    }
  });
}

/** Locked in one order, so that two who sort at a time do not wait for each other. */
const pinnedOf = (em: EntityManager): Promise<GithubProject[]> =>
  em.find(
    GithubProject,
    { isPinned: true },
    { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );

export const noProject = (id: string): Refusal => new Refusal('not-found', `There is no project ${id}.`);

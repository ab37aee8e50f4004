import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project } from '../../entities/projects/project.ts';
import { Repository } from '../../entities/projects/repository.ts';
import { projectSelection } from '../../jobs/stages/project-selection.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { StageContext } from '../../src/engine/define.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const organizationId = randomUUID();

/** Runs the stage as the engine does, with what GitHub says; gives what it remembered. */
async function select(found: object): Promise<Record<string, unknown>> {
  const remembered = {};
  const context = {
    workflow: {
      organizationId,
      githubBranch: null,
      options: {},
      repository: () => ({ owner: 'Acme', name: 'Widgets' }),
    },
    db: databases.inOrganization(organizationId),
    perform: async () => ({
      id: '1',
      owner: 'Acme',
      name: 'Widgets',
      fullName: 'Acme/Widgets',
      description: 'As GitHub has it',
      defaultBranch: 'main',
      isPrivate: false,
      isArchived: false,
      url: 'https://github.com/Acme/Widgets',
      cloneUrl: 'https://github.com/Acme/Widgets.git',
      language: 'TypeScript',
      topics: ['widgets'],
      pushedAt: '2026-11-01T10:00:00Z',
      ...found,
    }),
    remember: async (facts: object) => void Object.assign(remembered, facts),
  };
  await projectSelection.run(context as unknown as StageContext);
  return remembered;
}

const db = () => databases.inOrganization(organizationId);

test('a repository is kept as last read, in the project where people have put it, which they edit as they like', async () => {
  const { projectId } = await select({});
  const repository = () => db().projects((em) => em.findOneOrFail(Repository, { name: 'Widgets' }));
  expect(await repository()).toMatchObject({
    projectId,
    role: 'primary',
    topics: ['widgets'],
    lastActivityAt: new Date('2026-11-01T10:00:00Z'),
  });

  const other = randomUUID();
  await db().projects(async (em) => {
    em.persist(
      em.create(Project, { id: other, organizationId, name: 'All of it', slug: 'all', status: 'planning' }),
    );
    await em.flush();
    await em.nativeUpdate(Repository, {}, { projectId: other, role: 'secondary' });
  });
  expect(await select({ description: 'Changed there', topics: [] })).toMatchObject({ projectId: other });
  expect(await repository()).toMatchObject({
    projectId: other,
    role: 'secondary',
    description: 'Changed there',
    topics: [],
  });
  const projects = await db().projects((em) => em.find(Project, {}, { orderBy: { name: 'asc' } }));
  expect(projects.map(({ name, description, status }) => ({ name, description, status }))).toEqual([
    { name: 'All of it', description: null, status: 'planning' },
    { name: 'Widgets', description: 'As GitHub has it', status: 'active' },
  ]);
});

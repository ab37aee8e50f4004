/** `/v1/projects` and `/v1/repositories`: what is on the dashboard, and what could be. */
import { z } from 'zod';
import { GithubProject } from '../../../entities/task/github-project.ts';
import { changeProject, noProject, orderPinned } from '../../projects/change-project.ts';
import { keepRepository } from '../../projects/keep-repository.ts';
import { tagged } from '../etag.ts';
import { fromService } from '../from-service.ts';
import { listProjects, projectPageSchema } from '../list-projects.ts';
import { linked } from '../pages.ts';
import {
  pinOrderRequest,
  pinRequest,
  projectSettingsChange,
  projectsQuery,
  repositoriesQuery,
} from '../requests/project-requests.ts';
import { type Asked, defineRoute } from '../route.ts';
import { type ProjectView, projectSchema, projectViews } from '../views/project-view.ts';
import { repositorySchema, repositoryViews } from '../views/repository-view.ts';

const repositories = defineRoute({
  method: 'get',
  path: '/v1/repositories',
  name: 'listRepositories',
  tag: 'projects',
  summary: 'List the repositories that the organisation’s credential may see at GitHub, by name',
  description: 'Asked of GitHub at that moment, within its rate limits.',
  query: repositoriesQuery,
  answer: z
    .object({
      items: z.array(repositorySchema),
      nextPage: z.int().nullable().describe('Send it as `page`; null on the last.'),
    })
    .meta({ id: 'RepositoryPage' }),
  problems: {
    409: 'There is no credential for GitHub, or GitHub refuses it.',
    503: 'GitHub cannot be asked now; `Retry-After` says when to try again.',
  },
  handle: async ({ engine, db, caller, query: { page, limit } }) => {
    const { github } = engine.servicesOf(caller.organizationId);
    const found = await fromService('GitHub', () => github.listRepositories({ number: page, size: limit }));
    const items = await repositoryViews(db, found.repositories);
    return { items, nextPage: found.hasMore ? page + 1 : null };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/v1/projects',
  name: 'listProjects',
  tag: 'projects',
  summary: 'List projects, pinned ones first in their order',
  query: projectsQuery,
  answer: projectPageSchema,
  handle: async ({ db, query, req, res }) => linked(req, res, await listProjects(db, query)),
});

const pin = defineRoute({
  method: 'post',
  path: '/v1/projects',
  name: 'pinRepository',
  tag: 'projects',
  summary: 'Pin a repository to the dashboard',
  description: 'It is looked for at GitHub first. What is pinned already stays as it is.',
  body: pinRequest,
  answer: projectSchema,
  problems: {
    409: 'GitHub has no such repository, or the credential may not see it.',
    503: 'GitHub cannot be asked now; `Retry-After` says when to try again.',
  },
  handle: async (asked) => {
    const { engine, caller, body, res } = asked;
    const { organizationId } = caller;
    const { github } = engine.servicesOf(organizationId);
    const found = await fromService('GitHub', () => github.getRepository(body.repository));
    const { project } = await keepRepository(asked.db, organizationId, found);
    res.location(`/v1/projects/${project.id}`);
    return changed(asked, project.id, (one) => one.pin());
  },
});

const order = defineRoute({
  method: 'put',
  path: '/v1/projects/order',
  name: 'orderProjects',
  tag: 'projects',
  summary: 'Put pinned projects in order',
  body: pinOrderRequest,
  answer: projectPageSchema,
  problems: { 409: 'One of them is not pinned.' },
  handle: async (asked) => {
    await orderPinned(asked.db, asked.body.ids);
    return listProjects(asked.db, { pinned: true, limit: 100 });
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/projects/:id',
  name: 'getProject',
  tag: 'projects',
  summary: 'Look at a project',
  ids: { id: 'project' },
  answer: projectSchema,
  handle: async ({ db, id, res }) => {
    const project = await db.task((em) => em.findOne(GithubProject, id()));
    if (!project) throw noProject(id());
    return tagged(res, await one(db, project));
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/projects/:id',
  name: 'changeProject',
  tag: 'projects',
  summary: 'Change how the workflows of a project behave',
  role: 'admin',
  description:
    'It says who may approve. What is left out stays. Of the budget, null takes a limit away. Workflows that ' +
    'have started keep what was settled for them.',
  ids: { id: 'project' },
  versioned: true,
  body: projectSettingsChange,
  answer: projectSchema,
  handle: (asked) => {
    const { budget = {}, ...rest } = asked.body;
    return changed(asked, asked.id(), (project) => {
      Object.assign(project, rest);
      const entries = Object.entries({ ...project.budget, ...budget });
      project.budget = Object.fromEntries(
        entries.flatMap(([name, limit]) => (limit === null ? [] : [[name, limit]])),
      );
    });
  },
});

const switched = (name: 'pin' | 'unpin', summary: string) =>
  defineRoute({
    method: 'post',
    path: `/v1/projects/:id/${name}`,
    name: `${name}Project`,
    tag: 'projects',
    summary,
    ids: { id: 'project' },
    versioned: true,
    answer: projectSchema,
    handle: (asked) => changed(asked, asked.id(), (project) => project[name]()),
  });

const pinAgain = switched('pin', 'Pin a project to the dashboard');
const unpin = switched('unpin', 'Take a project from the pinned ones; its workflows go on');

async function changed(
  asked: Asked<unknown, unknown>,
  id: string,
  to: (project: GithubProject) => void,
): Promise<ProjectView> {
  const project = await changeProject(asked.db, id, to, asked.ifMatch);
  return tagged(asked.res, await one(asked.db, project));
}

async function one(db: Asked<unknown, unknown>['db'], project: GithubProject): Promise<ProjectView> {
  const [view] = await projectViews(db, [project]);
  return view as ProjectView;
}

export const projectRoutes = [repositories, list, pin, order, get, change, pinAgain, unpin];

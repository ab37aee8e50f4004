/** Repositories on the dashboard, and what was asked for in them. */
import { everyOf, part, queryOf } from './address.ts';
import type {
  Project,
  ProjectPage,
  ProjectSettingsChange,
  RepositoryPage,
  Requirement,
  RequirementDetail,
  RequirementDiff,
  RequirementList,
  RequirementPage,
} from './api-types.ts';
import type { Transport, Versioned } from './transport.ts';

export type ProjectQuery = { pinned?: boolean; limit?: number; cursor?: string };

export const projectCalls = (api: Transport) => {
  const page = (query: ProjectQuery = {}): Promise<ProjectPage> =>
    api.request('GET', `/v1/projects${queryOf(query)}`);
  const one = (id: string) => `/v1/projects/${part(id)}`;
  return {
    page,
    /** All of them, pinned ones first in their order. */
    list: (query: Omit<ProjectQuery, 'cursor'> = {}): AsyncGenerator<Project> =>
      everyOf((cursor) => page({ ...query, ...(cursor === undefined ? {} : { cursor }) })),
    get: (id: string): Promise<Project> => api.request('GET', one(id)),
    /** What is pinned already stays as it is. */
    pin: (repository: string): Promise<Project> =>
      api.request('POST', '/v1/projects', { body: { repository } }),
    pinAgain: (id: string): Promise<Project> => api.request('POST', `${one(id)}/pin`),
    unpin: (id: string): Promise<Project> => api.request('POST', `${one(id)}/unpin`),
    /** Pinned ones that are not named come after them. */
    order: (ids: string[]): Promise<ProjectPage> =>
      api.request('PUT', '/v1/projects/order', { body: { ids } }),
    change: (id: string, change: ProjectSettingsChange, { version }: Versioned = {}): Promise<Project> =>
      api.request('PATCH', one(id), { body: change, version }),
    /** Of GitHub, as the organisation’s credential sees them. */
    repositories: (query: { page?: number; limit?: number } = {}): Promise<RepositoryPage> =>
      api.request('GET', `/v1/repositories${queryOf(query)}`),
  };
};

export const requirementCalls = (api: Transport) => {
  const page = (
    project: string,
    query: { limit?: number; cursor?: string | undefined } = {},
  ): Promise<RequirementPage> =>
    api.request('GET', `/v1/projects/${part(project)}/requirements${queryOf(query)}`);
  return {
    page,
    /** The versions of a project, newest first. */
    list: (project: string): AsyncGenerator<Requirement> => everyOf((cursor) => page(project, { cursor })),
    ofWorkflow: (workflow: string): Promise<RequirementList> =>
      api.request('GET', `/v1/workflows/${part(workflow)}/requirements`),
    get: (id: string): Promise<RequirementDetail> => api.request('GET', `/v1/requirements/${part(id)}`),
    /** With the version before where `from` is left out. */
    diff: (id: string, from?: string): Promise<RequirementDiff> =>
      api.request('GET', `/v1/requirements/${part(id)}/diff${queryOf({ from })}`),
  };
};

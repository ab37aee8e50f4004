import type { Project } from '../client/index.ts';
import type { ApiClient } from './api-client.ts';
import { CliFailure } from './failure.ts';
import { commandName } from './output.ts';

/** @param which its id, or OWNER/REPO */
export async function findProject(api: ApiClient, which: string): Promise<Project> {
  if (!which.includes('/')) return api.projects.get(which);
  const wanted = which.toLowerCase();
  for await (const project of api.projects.list({ limit: 100 })) {
    if (project.repository.toLowerCase() === wanted) return project;
  }
  throw new CliFailure(`There is no project ${which}; pin it first: ${commandName} projects pin ${which}`);
}

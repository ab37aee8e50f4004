import { created, invalid, ok, paged, param, Refusal, text } from '../answers.ts';
import { combinedJson, statusJson } from '../json/status-json.ts';
import { postStatus, statusesOf } from '../statuses.ts';
import type { Call, Routes } from './call.ts';

/** Commit statuses. The latest of each context counts. */
export const statusRoutes: Routes = {
  'POST /statuses/:sha': async (call) => {
    const { request, origin, repository, login } = call;
    const state = text(request, 'state');
    if (state !== 'error' && state !== 'failure' && state !== 'pending' && state !== 'success') {
      throw invalid({ resource: 'Status', field: 'state', code: 'custom', message: 'state is not included' });
    }
    const status = postStatus(repository, {
      sha: await commitOf(call, 'sha'),
      state,
      context: text(request, 'context') ?? 'default',
      description: text(request, 'description') ?? null,
      targetUrl: text(request, 'target_url') ?? null,
      creator: login,
    });
    return created(statusJson(origin, repository.record, status));
  },

  'GET /commits/*ref/status': async (call) => {
    const { request, origin, repository } = call;
    const sha = await commitOf(call, 'ref');
    const newest = new Map(statusesOf(repository, sha).map((status) => [status.context, status]));
    const { items, headers } = paged(request, [...newest.values()]);
    const body = combinedJson(origin, repository.record, sha, [...newest.values()], items);
    return { status: 200, body, headers };
  },

  'GET /commits/*ref/statuses': async (call) => {
    const { request, origin, repository } = call;
    const statuses = statusesOf(repository, await commitOf(call, 'ref')).reverse();
    const { items, headers } = paged(request, statuses);
    const body = items.map((status) => statusJson(origin, repository.record, status));
    return { ...ok(body), headers };
  },
};

/** The commit that a parameter of the path names. */
async function commitOf({ request, repository }: Call, name: string): Promise<string> {
  const ref = param(request, name);
  const sha = await repository.git.resolve(ref);
  if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

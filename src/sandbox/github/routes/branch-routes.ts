import { notFound, ok, paged, param, Refusal } from '../answers.ts';
import { commitJson } from '../json/commit-json.ts';
import { repositoryJson, repositoryUrl } from '../json/repository-json.ts';
import type { Call, Routes } from './call.ts';

/** The repository, its branches and what protects them. */
export const branchRoutes: Routes = {
  'GET ': ({ origin, repository }) => ok(repositoryJson(origin, repository.record)),

  'GET /branches': async ({ request, origin, repository }) => {
    const { items, headers } = paged(request, [...(await repository.git.branches())]);
    const url = repositoryUrl(origin, repository.record);
    const body = items.map(([name, sha]) => ({
      name,
      commit: { sha, url: `${url}/commits/${sha}` },
      protected: name in repository.record.requiredChecks,
    }));
    return { status: 200, body, headers };
  },

  'GET /branches/*branch/protection/required_status_checks': (call) => {
    const branch = param(call.request, 'branch');
    const contexts = call.repository.record.requiredChecks[branch];
    if (!contexts) throw new Refusal(404, 'Branch not protected');
    const url = `${protectionUrl(call, branch)}/required_status_checks`;
    const checks = contexts.map((context) => ({ context, app_id: null }));
    return ok({ url, contexts_url: `${url}/contexts`, strict: false, contexts, checks });
  },

  'GET /branches/*branch': async (call) => {
    const { origin, repository, request } = call;
    const name = param(request, 'branch');
    const sha = (await repository.git.branches()).get(name);
    if (!sha) throw new Refusal(404, 'Branch not found');
    const { record } = repository;
    const contexts = record.requiredChecks[name];
    return ok({
      name,
      commit: commitJson(origin, record, await repository.git.commit(sha)),
      _links: {
        self: `${repositoryUrl(origin, record)}/branches/${encodeURIComponent(name)}`,
        html: `${origin}/${repository.fullName}/tree/${name}`,
      },
      protected: contexts !== undefined,
      protection: {
        enabled: contexts !== undefined,
        required_status_checks: {
          enforcement_level: contexts ? 'non_admins' : 'off',
          contexts: contexts ?? [],
          checks: (contexts ?? []).map((context) => ({ context, app_id: null })),
        },
      },
      protection_url: protectionUrl(call, name),
    });
  },
};

function protectionUrl({ origin, repository }: Call, branch: string): string {
  if (branch === '') throw notFound();
  return `${repositoryUrl(origin, repository.record)}/branches/${encodeURIComponent(branch)}/protection`;
}

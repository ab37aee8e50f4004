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

  'GET /rules/branches/*branch': ({ request, repository }) => {
    const { record } = repository;
    const contexts = record.ruledChecks[param(request, 'branch')];
    const { linear, ways, isStrict = false } = record.mergeRules?.[param(request, 'branch')] ?? {};
    const rules = [
      contexts && {
        type: 'required_status_checks',
        parameters: {
          strict_required_status_checks_policy: isStrict,
          required_status_checks: contexts.map((context) => ({ context })),
        },
      },
      linear === 'rule' && { type: 'required_linear_history' },
      ways && {
        type: 'pull_request',
        parameters: {
          allowed_merge_methods: ways,
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 0,
          required_review_thread_resolution: false,
        },
      },
    ].flatMap((rule) => rule || []);
    const source = {
      ruleset_source_type: 'Repository',
      ruleset_source: repository.fullName,
      ruleset_id: record.id,
    };
    const { items, headers } = paged(request, rules);
    return { status: 200, body: items.map((rule) => ({ ...rule, ...source })), headers };
  },

  'GET /branches/*branch/protection': (call) => {
    const { record } = call.repository;
    const branch = param(call.request, 'branch');
    const contexts = record.requiredChecks[branch];
    const { linear, isStrict = false } = record.mergeRules?.[branch] ?? {};
    if (!contexts && linear !== 'protection') throw new Refusal(404, 'Branch not protected');
    const url = protectionUrl(call, branch);
    return ok({
      url,
      ...(contexts && {
        required_status_checks: {
          url: `${url}/required_status_checks`,
          contexts_url: `${url}/required_status_checks/contexts`,
          strict: isStrict,
          contexts,
          checks: contexts.map((context) => ({ context, app_id: null })),
        },
      }),
      required_linear_history: { enabled: linear === 'protection' },
    });
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

import {
  created,
  type FieldError,
  invalid,
  noContent,
  notFound,
  ok,
  paged,
  param,
  query,
  text,
} from '../answers.ts';
import { changedFiles } from '../changed-files.ts';
import { commitJson, fileJson } from '../json/commit-json.ts';
import { pullJson, pullListJson } from '../json/pull-request-json.ts';
import { changePull, mergePull, openPull } from '../pull-requests.ts';
import type { PullRecord } from '../records.ts';
import type { Call, Routes } from './call.ts';

export const pullRoutes: Routes = {
  'GET /pulls': ({ request, origin, repository }) => {
    const state = query(request, 'state') ?? 'open';
    const head = query(request, 'head');
    const base = query(request, 'base');
    const pulls = repository.record.pulls.filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (base === undefined || pull.base === base) &&
        // As on GitHub, a head without its owner filters nothing.
        (!head?.includes(':') || head === `${repository.record.owner}:${pull.head}`),
    );
    if ((query(request, 'direction') ?? 'desc') === 'desc') pulls.reverse();
    const { items, headers } = paged(request, pulls);
    return { status: 200, body: items.map((pull) => pullListJson(origin, repository, pull)), headers };
  },

  'POST /pulls': async ({ request, origin, repository, login }) => {
    const [title, head, base] = ['title', 'head', 'base'].map((name) => text(request, name));
    const missing = (field: string, value: string | undefined): FieldError[] =>
      value ? [] : [{ resource: 'PullRequest', field, code: 'missing_field' }];
    if (!title || !head || !base) {
      throw invalid(...missing('title', title), ...missing('head', head), ...missing('base', base));
    }
    const body = text(request, 'body') ?? null;
    const input = { title, head, base, body, isDraft: request.body.draft === true };
    const pull = await openPull(repository, input, login);
    return created(await pullJson(origin, repository, pull, true));
  },

  'GET /pulls/:number': async (call) => ok(await pullJson(call.origin, call.repository, pullOf(call))),

  'PATCH /pulls/:number': async (call) => {
    const { request, origin, repository } = call;
    const pull = pullOf(call);
    await changePull(repository, pull, {
      title: text(request, 'title'),
      body: text(request, 'body'),
      base: text(request, 'base'),
      state: text(request, 'state'),
    });
    return ok(await pullJson(origin, repository, pull));
  },

  'GET /pulls/:number/files': async (call) => {
    const { baseSha, headSha } = pullOf(call);
    const { items, headers } = paged(call.request, await changedFiles(call.repository.git, baseSha, headSha));
    const body = items.map((file) => fileJson(call.origin, call.repository.record, file, headSha));
    return { status: 200, body, headers };
  },

  'GET /pulls/:number/commits': async (call) => {
    const { baseSha, headSha } = pullOf(call);
    const commits = await call.repository.git.log('--reverse', `${baseSha}..${headSha}`);
    const { items, headers } = paged(call.request, commits);
    const body = items.map((commit) => commitJson(call.origin, call.repository.record, commit));
    return { status: 200, body, headers };
  },

  'GET /pulls/:number/merge': (call) => {
    if (!pullOf(call).mergedAt) throw notFound();
    return noContent;
  },

  'PUT /pulls/:number/merge': async (call) => {
    const { request, repository, login } = call;
    const merge = {
      sha: text(request, 'sha'),
      method: text(request, 'merge_method') ?? 'merge',
      title: text(request, 'commit_title'),
      message: text(request, 'commit_message'),
    };
    const sha = await mergePull(repository, pullOf(call), merge, login);
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
  },
};

function pullOf({ request, repository }: Call): PullRecord {
  return repository.pull(Number(param(request, 'number')));
}

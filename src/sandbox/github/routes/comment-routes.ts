import { created, invalid, notFound, ok, paged, param, text } from '../answers.ts';
import { commentJson } from '../json/status-json.ts';
import { now } from '../repository.ts';
import type { Call, Routes } from './call.ts';

/** Comments of issues, which pull requests are too. */
export const commentRoutes: Routes = {
  'GET /issues/:number/comments': (call) => {
    const number = issueOf(call);
    const { record } = call.repository;
    const comments = record.comments.filter(({ issue }) => issue === number);
    const { items, headers } = paged(call.request, comments);
    return {
      status: 200,
      body: items.map((comment) => commentJson(call.origin, record, comment)),
      headers,
    };
  },

  'GET /issues/comments': ({ request, origin, repository: { record } }) => {
    const since = Date.parse(String(request.query.since ?? '')) || 0;
    const comments = record.comments
      .filter(({ updatedAt }) => Date.parse(updatedAt) >= since)
      .sort((one, other) => Date.parse(one.updatedAt) - Date.parse(other.updatedAt));
    const { items, headers } = paged(request, comments);
    return { status: 200, body: items.map((comment) => commentJson(origin, record, comment)), headers };
  },

  'POST /issues/:number/comments': (call) => {
    const { origin, repository, login } = call;
    const time = now();
    const comment = {
      issue: issueOf(call),
      body: requireBody(call),
      id: repository.nextId(),
      author: login,
      createdAt: time,
      updatedAt: time,
    };
    repository.record.comments.push(comment);
    repository.save();
    return created(commentJson(origin, repository.record, comment));
  },

  'PATCH /issues/comments/:id': (call) => {
    const { request, origin, repository } = call;
    const comment = repository.record.comments.find(({ id }) => id === Number(param(request, 'id')));
    if (!comment) throw notFound();
    comment.body = requireBody(call);
    comment.updatedAt = now();
    repository.save();
    return ok(commentJson(origin, repository.record, comment));
  },
};

function issueOf({ request, repository }: Call): number {
  const number = Number(param(request, 'number'));
  const { pulls, issues } = repository.record;
  if (![...pulls, ...issues].some((one) => one.number === number)) throw notFound();
  return number;
}

function requireBody({ request }: Call): string {
  const body = text(request, 'body');
  if (!body?.trim()) throw invalid({ resource: 'IssueComment', field: 'body', code: 'missing_field' });
  return body;
}

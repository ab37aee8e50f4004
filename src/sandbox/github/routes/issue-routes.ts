import { created, invalid, notFound, paged, param, text } from '../answers.ts';
import { givenJson, issueJson, labelJson } from '../json/issue-json.ts';
import { repositoryUrl } from '../json/repository-json.ts';
import type { GivenRecord, IssueRecord } from '../records.ts';
import { now } from '../repository.ts';
import type { Call, Routes } from './call.ts';

/** Issues, as people open them and give them to somebody. */
export const issueRoutes: Routes = {
  'POST /issues': (call) => {
    const { request, repository, origin, login } = call;
    const { record } = repository;
    const title = text(request, 'title');
    if (!title?.trim()) throw invalid({ resource: 'Issue', field: 'title', code: 'missing_field' });
    record.lastNumber += 1;
    const time = now();
    const issue: IssueRecord = {
      number: record.lastNumber,
      title,
      body: text(request, 'body') ?? null,
      author: login,
      labels: [],
      assignees: [],
      given: [],
      createdAt: time,
      updatedAt: time,
    };
    record.issues.push(issue);
    give(call, issue, 'labeled', namesIn(call, 'labels'));
    give(call, issue, 'assigned', namesIn(call, 'assignees'));
    return created(issueJson(origin, record, issue));
  },

  'POST /issues/:number/labels': (call) => {
    const issue = issueOf(call);
    give(call, issue, 'labeled', namesIn(call, 'labels'));
    const url = repositoryUrl(call.origin, call.repository.record);
    return { status: 200, body: issue.labels.map((name) => labelJson(url, name)) };
  },

  'POST /issues/:number/assignees': (call) => {
    const issue = issueOf(call);
    give(call, issue, 'assigned', namesIn(call, 'assignees'));
    return created(issueJson(call.origin, call.repository.record, issue));
  },

  'GET /issues/:number/events': (call) => {
    const { items, headers } = paged(call.request, issueOf(call).given);
    const { origin, repository } = call;
    return { status: 200, body: items.map((one) => givenJson(origin, repository.record, one)), headers };
  },
};

function issueOf({ request, repository }: Call): IssueRecord {
  const issue = repository.record.issues.find(({ number }) => number === Number(param(request, 'number')));
  if (!issue) throw notFound();
  return issue;
}

function namesIn({ request }: Call, field: string): string[] {
  const names: unknown = request.body?.[field] ?? [];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw invalid({ resource: 'Issue', field, code: 'invalid' });
}

/** What it has already stays as it is. */
function give(
  { repository, login: actor }: Call,
  issue: IssueRecord,
  event: GivenRecord['event'],
  names: string[],
): void {
  const has = event === 'labeled' ? issue.labels : issue.assignees;
  for (const what of names.filter((name) => !has.includes(name))) {
    has.push(what);
    issue.given.push({ id: repository.nextId(), event, what, actor, createdAt: now() });
  }
  issue.updatedAt = now();
  repository.save();
}

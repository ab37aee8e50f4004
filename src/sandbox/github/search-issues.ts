import type { Request } from 'express';
import { type Answer, invalid, paged, query } from './answers.ts';
import { issueJson } from './json/issue-json.ts';
import type { IssueRecord, RepositoryRecord } from './records.ts';
import type { Repositories } from './repositories.ts';

type Found = { record: RepositoryRecord; issue: IssueRecord };

/** What each qualifier asks for; all issues are open here, and no repository is archived. */
const qualifiers: Record<string, (found: Found, value: string) => boolean> = {
  is: (_, value) => value === 'issue' || value === 'open',
  archived: (_, value) => value === 'false',
  user: ({ record }, value) => same(record.owner, value),
  label: ({ issue }, value) => issue.labels.some((label) => same(label, value)),
  assignee: ({ issue }, value) => issue.assignees.some((login) => same(login, value)),
  updated: ({ issue }, value) => Date.parse(issue.updatedAt) >= Date.parse(value.replace(/^>=/, '')),
};

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** `GET /search/issues`, with the qualifiers of this file and no free text. */
export function searchIssues(request: Request, repositories: Repositories, origin: string): Answer {
  const wanted = [...(query(request, 'q') ?? '').matchAll(/(\w+):("(?:\\.|[^"\\])*"|\S+)|\S+/g)];
  const all = repositories.all.flatMap(({ record }) => record.issues.map((issue) => ({ record, issue })));
  const found = all.filter((one) =>
    wanted.every(([, name = '', value = '']) => {
      const qualifier = qualifiers[name];
      if (!qualifier) throw invalid({ resource: 'Search', field: 'q', code: 'invalid' });
      return qualifier(one, value.replace(/^"|"$/g, '').replaceAll(/\\(.)/g, '$1'));
    }),
  );
  const users = wanted.flatMap(([, name, value = '']) => (name === 'user' ? [value] : []));
  if (users.some((user) => !repositories.all.some(({ record }) => same(record.owner, user)))) {
    throw invalid({ resource: 'Search', field: 'q', code: 'invalid' });
  }
  found.sort((one, other) => Date.parse(one.issue.updatedAt) - Date.parse(other.issue.updatedAt));
  const { items, headers } = paged(request, found);
  return {
    status: 200,
    body: {
      total_count: found.length,
      incomplete_results: false,
      search_type: 'lexical',
      items: items.map(({ record, issue }) => ({
        ...issueJson(origin, record, issue),
        body: issue.body ?? '',
        score: 1,
      })),
    },
    headers,
  };
}

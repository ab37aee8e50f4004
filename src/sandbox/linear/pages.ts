/** Two plain pages, so that a person can see what the workflow did in "Linear". */
import { type Request, type Response, Router } from 'express';
import type { IssueRecord } from './records.ts';
import type { LinearStore } from './store.ts';

export function pages(store: LinearStore): Router {
  const router = Router();
  router.get('/', (_request, response) => send(response, 200, 'Issues', issueList(store)));
  router.get('/issue/:identifier', (request: Request<{ identifier: string }>, response) => {
    const wanted = request.params.identifier.toUpperCase();
    const issue = store.tables.issues.find(({ identifier }) => identifier === wanted);
    if (issue) send(response, 200, `${issue.identifier} ${issue.title}`, issuePage(store, issue));
    else send(response, 404, 'No such issue', `<p>There is no issue ${escapeHtml(wanted)}.</p>`);
  });
  return router;
}

function issueList(store: LinearStore): string {
  const rows = store.tables.issues.map((issue) => {
    const parent = issue.parentId ? linkTo(store.issue(issue.parentId)) : '';
    const labels = issue.labelIds.map((id) => store.byId('labels', 'IssueLabel', id).name).join(', ');
    return `<tr><td>${linkTo(issue)}<td>${escapeHtml(stateOf(store, issue))}<td>${escapeHtml(issue.title)}<td>${parent}<td>${escapeHtml(labels)}`;
  });
  if (rows.length === 0) return '<p>No issues yet. A workflow that reaches Linear will make some.</p>';
  return `<table><tr><th>Issue<th>State<th>Title<th>Part of<th>Labels${rows.join('')}</table>`;
}

function issuePage(store: LinearStore, issue: IssueRecord): string {
  const { issues, relations, comments, attachments } = store.tables;
  const named = (other: IssueRecord) =>
    `${linkTo(other)} ${escapeHtml(other.title)} (${escapeHtml(stateOf(store, other))})`;
  const section = (title: string, items: string[]) =>
    items.length > 0 ? `<h2>${title}</h2><ul><li>${items.join('<li>')}</ul>` : '';
  return [
    `<p>${escapeHtml(stateOf(store, issue))}</p><pre>${escapeHtml(issue.description ?? '')}</pre>`,
    section('Part of', issue.parentId ? [named(store.issue(issue.parentId))] : []),
    section('Sub-issues', issues.filter(({ parentId }) => parentId === issue.id).map(named)),
    section(
      'Relations',
      relations
        .filter(({ issueId }) => issueId === issue.id)
        .map(({ type, relatedIssueId }) => `${escapeHtml(type)} ${named(store.issue(relatedIssueId))}`),
    ),
    section(
      'Related from',
      relations
        .filter(({ relatedIssueId }) => relatedIssueId === issue.id)
        .map(({ type, issueId }) => `${named(store.issue(issueId))} ${escapeHtml(type)} this`),
    ),
    section('Links', attachments.filter(({ issueId }) => issueId === issue.id).map(attachmentLink)),
    section(
      'Comments',
      comments
        .filter(({ issueId }) => issueId === issue.id)
        .map(({ id, body }) => `<pre id="comment-${escapeHtml(id)}">${escapeHtml(body)}</pre>`),
    ),
  ].join('');
}

const stateOf = (store: LinearStore, { stateId }: IssueRecord) =>
  store.byId('states', 'WorkflowState', stateId).name;

const linkTo = ({ identifier }: IssueRecord) =>
  `<a href="/issue/${escapeHtml(identifier)}">${escapeHtml(identifier)}</a>`;

function attachmentLink({ url, title, subtitle }: { url: string; title: string; subtitle: string | null }) {
  const text = `${escapeHtml(title)} ${escapeHtml(subtitle ?? '')}`;
  // Any client may attach any url; a javascript: one must not become a link.
  return /^https?:/i.test(url) ? `<a href="${escapeHtml(url)}">${text}</a>` : text;
}

const escapeHtml = (text: string) =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function send(response: Response, status: number, title: string, body: string): void {
  response
    .status(status)
    .type('html')
    .send(`<!doctype html><html lang="en"><meta charset="utf-8">
<title>${escapeHtml(title)} – Linear sandbox</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #8884}
pre{white-space:pre-wrap}</style>
<p><a href="/">Linear sandbox</a></p><h1>${escapeHtml(title)}</h1>${body}</html>`);
}

/**
 * Issues that were given the agreed label, or to the agreed assignee, and have no workflow yet. They are asked for as
 * each source that listens for them has agreed, and stored as what this source was not told.
 */
import { GithubProject } from '../../../entities/task/github-project.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import type { GivenIssue } from '../../integrations/github/port.ts';
import { ownIssues } from '../../plans/own-issues.ts';
import { defaultStartLabel, type StartSettings, startKeyOf } from '../start-settings.ts';
import type { Asking, Listening, Missed, Question } from './question.ts';

/** What a source and its issues go by. */
type Agreed = { label: string } | { assignee: string };

/** How much later than it happens GitHub's search may tell of it, milliseconds. */
const searchDelayMs = 10 * 60_000;

/** In the repositories of the organisation's projects. */
export const issuesAtGitHub: Question = async function* ({ db, services, sources, since, ifSeen }) {
  if (sources.length === 0) return;
  const projects = await db.task((em) => em.find(GithubProject, { archivedAt: null }));
  const known = new Set(
    projects.map(({ githubOwner, githubRepoName }) => `${githubOwner}/${githubRepoName}`.toLowerCase()),
  );
  const owners = [...new Set(projects.map(({ githubOwner }) => githubOwner.toLowerCase()))];
  for (const source of sources) {
    const from = later(new Date(since.getTime() - searchDelayMs), source.createdAt);
    for (const [owner, agreed] of owners.flatMap((one) => agreedOn(source).map((to) => [one, to] as const))) {
      const issues = await ifSeen(() => services.github.listGivenIssues({ owner }, agreed, from));
      for (const issue of issues ?? []) {
        const fullName = `${issue.repository.owner}/${issue.repository.name}`;
        if (!known.has(fullName.toLowerCase())) continue;
        if (await hasWorkflow(db, startKeyOf('github', `${fullName}#${issue.number}`))) continue;
        yield { source, ...toldByGitHub(issue, fullName, agreed) };
      }
    }
  }
};

function toldByGitHub(
  { number, title, body, url, givenBy, givenAt }: GivenIssue,
  fullName: string,
  agreed: Agreed,
): Missed {
  const given =
    'label' in agreed
      ? { action: 'labeled', label: { name: agreed.label } }
      : { action: 'assigned', assignee: { login: agreed.assignee } };
  return {
    headers: {
      'x-github-event': 'issues',
      'x-github-delivery': `asked/${fullName}#${number}/${given.action}/${givenAt.toISOString()}`,
    },
    body: {
      ...given,
      repository: { full_name: fullName },
      issue: { number, title, body, html_url: url, updated_at: givenAt.toISOString() },
      ...(givenBy === null ? {} : { sender: { login: givenBy } }),
    },
  };
}

/** Who gave the label is not told: the workflow was put in by somebody. */
export const issuesAtLinear: Question = async function* ({ db, services, sources, since }) {
  for (const source of sources) {
    const from = later(since, source.createdAt);
    for (const agreed of agreedOn(source)) {
      const issues = await services.linear.listGivenIssues(agreed, from);
      const own = await ownIssues(
        db,
        issues.map(({ id }) => id),
      );
      for (const { updatedAt, url, ...issue } of issues) {
        if (own.has(issue.id) || (await hasWorkflow(db, startKeyOf('linear', issue.identifier)))) continue;
        const given =
          'label' in agreed ? { labels: [{ name: agreed.label }] } : { assignee: { name: agreed.assignee } };
        yield {
          source,
          headers: { 'linear-delivery': `asked/issues/${issue.id}/${updatedAt.toISOString()}` },
          body: {
            type: 'Issue',
            action: 'update',
            createdAt: updatedAt.toISOString(),
            data: { ...issue, ...given },
            url,
          },
        };
      }
    }
  }
};

function agreedOn({ settings }: Listening): Agreed[] {
  const { startLabel = defaultStartLabel, startAssignee } = settings as StartSettings;
  return [{ label: startLabel }, ...(startAssignee ? [{ assignee: startAssignee }] : [])];
}

const hasWorkflow = async (db: Asking['db'], idempotencyKey: string): Promise<boolean> =>
  (await db.workflows((em) => em.count(WorkflowExecution, { idempotencyKey }))) > 0;

/** The later of the two, in whole seconds as GitHub counts them. */
const later = (one: Date, other: Date): Date => new Date(Math.floor(Math.max(+one, +other) / 1000) * 1000);

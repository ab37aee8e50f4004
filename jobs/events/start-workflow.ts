import { problemOfRequirements } from '../../entities/task/requirement-document.ts';
import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import { Refusal } from '../../src/engine/refusal.ts';
import type { Body } from '../../src/events/provider.ts';
import { defaultStartLabel, type StartSettings, startKeyOf } from '../../src/events/start-settings.ts';
import { ownIssues } from '../../src/plans/own-issues.ts';

type Issue = { key: string; title: string; text: string; repository: string; by: string };

/** Starts a workflow for an issue that is given the agreed label, or to the agreed assignee. Once for each issue. */
export const startWorkflow = defineEventHandler({
  name: 'start-workflow',
  on: ['github:issues.labeled', 'github:issues.assigned', 'linear:Issue.create', 'linear:Issue.update'],
  async handle(event, { enqueue, source, db }) {
    const settings = source.settings as StartSettings;
    const body = event.payload as Body;
    const read = readers[event.source];
    if (!read) throw new Ignored(`nobody knows how issues of ${event.source} are read`);
    const issue = read(body, settings);
    if (event.source === 'linear' && (await ownIssues(db, [body.data?.id])).size > 0)
      throw new Ignored(`a workflow made ${issue.key} itself`);
    const [owner = '', name = ''] = issue.repository.split('/');
    const requirements = `# ${issue.title}\n\n${issue.text}`;
    const problem = problemOfRequirements(requirements);
    if (problem) throw new Ignored(`${issue.key} cannot be the requirements: ${problem}`);
    try {
      const { workflowId, created } = await enqueue({
        repository: { owner, name },
        name: issue.title.slice(0, 255),
        requirements,
        idempotencyKey: startKeyOf(event.source, issue.key),
        createdBy: `${event.source}:${issue.by}`,
      });
      return `${created ? 'started' : 'had started'} workflow ${workflowId} for ${issue.key}`;
    } catch (error) {
      if (!(error instanceof Refusal && error.kind === 'key-reused')) throw error;
      throw new Ignored(`${issue.key} has its workflow already`);
    }
  },
});

function ofGitHub(body: Body, { startLabel = defaultStartLabel, startAssignee }: StartSettings): Issue {
  const { action, label, assignee, issue, repository, sender } = body;
  const agreed =
    action === 'labeled' ? label?.name === startLabel : startAssignee && assignee?.login === startAssignee;
  if (!agreed) throw new Ignored('neither the label nor the assignee is the agreed one');
  if (issue.pull_request) throw new Ignored('it is a pull request');
  return {
    key: `${repository.full_name}#${issue.number}`,
    title: String(issue.title),
    text: String(issue.body ?? ''),
    repository: repository.full_name,
    by: String(sender?.login ?? 'somebody'),
  };
}

function ofLinear(
  body: Body,
  { startLabel = defaultStartLabel, startAssignee, repository }: StartSettings,
): Issue {
  const { data, actor } = body;
  const labels = Array.isArray(data?.labels) ? data.labels.map((label: Body) => label?.name) : [];
  const given =
    startAssignee && [data?.assignee?.name, data?.assignee?.id, data?.assigneeId].includes(startAssignee);
  if (!labels.includes(startLabel) && !given)
    throw new Ignored('neither a label nor the assignee is the agreed one');
  if (!repository)
    throw new Ignored('the source does not say in which repository: give it the setting "repository"');
  return {
    key: String(data.identifier ?? data.id),
    title: String(data.title),
    text: String(data.description ?? ''),
    repository,
    by: String(actor?.name ?? 'somebody'),
  };
}

/** By source. */
const readers: Partial<Record<string, (body: Body, settings: StartSettings) => Issue>> = {
  github: ofGitHub,
  linear: ofLinear,
};

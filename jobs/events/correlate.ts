/** Which workflows an event is about, though it does not say so: by branch, by pull request, by issue. */

import type { Event } from '../../entities/events/event.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { deriveId } from '../../src/engine/derive.ts';
import type { EventContext } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';

type Rule = 'branch-name' | 'pull-request-number' | 'issue-key';
type Found = { workflowId: string; rule: Rule };

/** Ids of the workflows, each once; that they belong together is kept. */
export async function workflowsOf(event: Event, { db, organizationId }: EventContext): Promise<string[]> {
  const payload = event.payload as Body;
  const found =
    event.source === 'github'
      ? await byGitHub(payload, db)
      : event.source === 'linear'
        ? await byIssue(payload, db)
        : [];
  if (found.length === 0) return [];
  await db.events((em) =>
    insertRows(
      em,
      EventCorrelation,
      found.map(({ workflowId, rule }) => ({
        id: deriveId('event-correlation', event.id, workflowId, rule),
        organizationId,
        eventId: event.id,
        workflowId,
        rule,
        confidence: 100,
      })),
    ),
  );
  return [...new Set(found.map(({ workflowId }) => workflowId))];
}

type Db = EventContext['db'];

async function byGitHub(payload: Body, db: Db): Promise<Found[]> {
  const [owner, name] = String(payload.repository?.full_name ?? '').split('/');
  if (!owner || !name) return [];
  const repository = { githubOwner: owner, githubRepoName: name };
  const found: Found[] = [];
  for (const prefix of prefixesIn(payload)) {
    const rows = await db.workflows((em) =>
      em.execute<{ id: string }[]>(
        `select id from workflow_executions where id::text like ? and github_owner = ? and github_repo_name = ?`,
        [`${prefix}%`, owner, name],
      ),
    );
    found.push(...rows.map(({ id }) => ({ workflowId: id, rule: 'branch-name' as const })));
  }
  const number: unknown =
    payload.pull_request?.number ?? (payload.issue?.pull_request && payload.issue.number);
  if (typeof number !== 'number') return found;
  const project = await db.task((em) => em.findOne(GithubProject, repository));
  const ofStep = project
    ? await db.task((em) => em.find(StepPullRequest, { githubProjectId: project.id, number }))
    : [];
  const asFinal = await db.workflows((em) =>
    em.find(WorkflowExecution, { ...repository, finalPrNumber: number }),
  );
  for (const workflowId of [...ofStep.map((one) => one.workflowId), ...asFinal.map((one) => one.id)]) {
    found.push({ workflowId, rule: 'pull-request-number' });
  }
  return found;
}

/** As `jobs/plan/branches.ts` makes them. */
const ours = /^(?:refs\/heads\/)?gsw\/([0-9a-f]{8})\//;

function prefixesIn(payload: Body): string[] {
  const { check_run: run, check_suite: suite, workflow_run: workflow } = payload;
  const pulls = [
    payload.pull_request,
    ...lists(run?.pull_requests, suite?.pull_requests, workflow?.pull_requests),
  ];
  const names = [
    payload.ref,
    run?.check_suite?.head_branch,
    suite?.head_branch,
    workflow?.head_branch,
    ...pulls.flatMap((pull) => [pull?.head?.ref, pull?.base?.ref]),
    ...lists(payload.branches).map((branch) => branch?.name),
  ];
  return [...new Set(names.flatMap((one) => ours.exec(String(one ?? ''))?.[1] ?? []))];
}

const lists = (...all: unknown[]): Body[] => all.flatMap((one) => (Array.isArray(one) ? one : []));

async function byIssue({ data }: Body, db: Db): Promise<Found[]> {
  const issue = data?.issue ?? data;
  const key: unknown = issue?.identifier;
  if (typeof key !== 'string') return [];
  const steps = await db.task((em) => em.find(DecomposedStep, { linearIssueKey: key }));
  const mains = await db.workflows((em) => em.find(WorkflowExecution, { linearMainIssueKey: key }));
  const ids = [...steps.map(({ workflowId }) => workflowId), ...mains.map(({ id }) => id)];
  return ids.map((workflowId) => ({ workflowId, rule: 'issue-key' }));
}

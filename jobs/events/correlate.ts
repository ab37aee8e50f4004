/** Which workflows an event is about, though it does not say so: by branch, by pull request, by issue. */

import type { Event } from '../../entities/events/event.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { deriveId } from '../../src/engine/derive.ts';
import type { EventContext } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';
import { workflowsOfIssue } from '../../src/plans/workflows-of-issue.ts';
import { inRepository } from '../../src/projects/in-repository.ts';
import { workflowOfBranch } from '../plan/branches.ts';
import { pullRequestOf, repositoryIn } from './pull-request-of.ts';

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
  const repository = repositoryIn(payload);
  if (!repository) return [];
  const found: Found[] = [];
  for (const beginning of beginningsIn(payload)) {
    const rows = await db.workflows((em) =>
      em.find(
        WorkflowExecution,
        { ...inRepository(repository), id: idsBeginningWith(beginning) },
        { fields: ['id'] },
      ),
    );
    found.push(...rows.map(({ id }) => ({ workflowId: id, rule: 'branch-name' as const })));
  }
  const number: unknown =
    payload.pull_request?.number ?? (payload.issue?.pull_request && payload.issue.number);
  if (typeof number !== 'number') return found;
  const ofStep = await db.task((em) => pullRequestOf(em, repository, number));
  const asFinal = await db.workflows((em) =>
    em.find(WorkflowExecution, { ...inRepository(repository), finalPrNumber: number }),
  );
  for (const workflowId of [...(ofStep ? [ofStep.workflowId] : []), ...asFinal.map((one) => one.id)]) {
    found.push({ workflowId, rule: 'pull-request-number' });
  }
  return found;
}

/** A range, which the index of the ids answers. */
const idsBeginningWith = (digits: string) => ({
  $gte: `${digits}-0000-0000-0000-000000000000`,
  $lte: `${digits}-ffff-ffff-ffff-ffffffffffff`,
});

function beginningsIn(payload: Body): string[] {
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
  return [...new Set(names.flatMap((one) => workflowOfBranch(String(one ?? '')) ?? []))];
}

const lists = (...all: unknown[]): Body[] => all.flatMap((one) => (Array.isArray(one) ? one : []));

async function byIssue({ data }: Body, db: Db): Promise<Found[]> {
  const issue = data?.issue ?? data;
  const key: unknown = issue?.identifier;
  if (typeof key !== 'string') return [];
  const ids = await workflowsOfIssue(db, key);
  return ids.map((workflowId) => ({ workflowId, rule: 'issue-key' }));
}

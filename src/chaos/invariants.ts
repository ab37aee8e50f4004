/** What must hold of a workflow that has come to its end, whatever happened on the way: from outside, then from the rows. */
import type { Operation } from '../../entities/workflows/operation.ts';
import { compare, type Flaw } from './flaws.ts';
import type { WorkflowRows } from './workflow-rows.ts';
import type { World } from './world.ts';

/** An operation's input and receipt, of whatever kind it is. */
type Fields = Record<string, unknown>;

/** Empty where the workflow is completed, each of its effects is there exactly once, and the ledger says the same. */
export function flawsOfWorkflow(rows: WorkflowRows, world: World): Flaw[] {
  const { workflow } = rows;
  const performed = (...types: string[]) =>
    rows.operations.filter(
      (one) => one.status === 'succeeded' && types.includes(one.operationType) && isEffect(one),
    );
  const found = [
    ...flawsOfEnd(rows),
    ...flawsAtGitHub(rows, world, performed),
    ...flawsAtLinear(rows, world, performed),
    ...flawsOfAgents(workflow.id, rows, world, performed),
  ];
  if (workflow.status === 'completed') return found;
  // what it did not get to is not lost besides
  return found.filter(
    ({ sort, what }) => sort === 'doubled' || sort === 'stuck' || what.startsWith('workflow is'),
  );
}

const flaw = (sort: Flaw['sort'], workflow: string | null, what: string): Flaw => ({ sort, workflow, what });

/** What the ledger says of things that were counted already. */
const agree = (workflow: string, what: string, found: string[], receipts: string[]): Flaw[] =>
  compare(workflow, `${what} in the ledger`, found, receipts).map((one) => ({ ...one, sort: 'disagrees' }));

type Performed = (...types: string[]) => Operation[];

/** A merge that was refused is an answer, and no effect. */
const isEffect = ({ output }: Operation): boolean => {
  const { outcome } = (output ?? {}) as Fields;
  return outcome === undefined || outcome === 'merged';
};

const fieldOf = (value: object | null | undefined, name: string): string =>
  String((value as Fields | null | undefined)?.[name] ?? '');

/** Also that nothing of it is left in a state from which it should go on. */
function flawsOfEnd({ workflow, stages, steps, operations, unpublished }: WorkflowRows): Flaw[] {
  const { id } = workflow;
  const flaws: Flaw[] = [];
  if (workflow.status !== 'completed') {
    const why = workflow.errorMessage ?? workflow.waitingOn ?? `at ${workflow.currentStage}`;
    const sort = workflow.isOver() ? 'lost' : 'stuck';
    flaws.push({ sort, workflow: id, what: `workflow is ${workflow.status}: ${why}` });
  }
  // what a workflow that failed did not get to never begins
  const begun = workflow.isOver() && workflow.status !== 'completed' ? stages.filter(hasBegun) : stages;
  const open = [
    ...begun.filter((row) => !row.isOver()).map((row) => `stage ${row.stage} is ${row.status}`),
    ...steps.filter((row) => !row.isOver()).map((row) => `${row.function} “${row.title}” is ${row.status}`),
    ...operations
      .filter((row) => !row.isOver() || row.leaseToken)
      .map((row) => `${row.operationType} ${row.scope}/${row.key} is ${row.status}`),
    ...(unpublished > 0 ? [`${unpublished} entries of the outbox are not published`] : []),
  ];
  flaws.push(...open.map((what) => flaw('stuck', id, what)));
  if (workflow.status === 'completed') {
    // what another attempt took the place of need not have come to a good end
    const replaced = new Set(stages.filter((stage) => stage.supersededAt).map(({ id }) => id));
    const undone = [
      ...stages.filter((stage) => !stage.supersededAt),
      ...steps.filter((step) => !replaced.has(step.workflowStageExecutionId)),
      ...operations.filter((operation) => !operation.supersededAt),
    ].filter((row) => row.isOver() && !['completed', 'succeeded'].includes(row.status));
    for (const row of undone) {
      const name = 'key' in row ? `${row.operationType} ${row.scope}/${row.key}` : row.id;
      flaws.push(flaw('lost', id, `${name} is ${row.status}: ${row.errorMessage}`));
    }
  }
  return flaws;
}

const hasBegun = ({ status }: { status: string }): boolean => status !== 'pending';

function flawsAtGitHub(rows: WorkflowRows, world: World, performed: Performed): Flaw[] {
  const { workflow, planned, validations } = rows;
  const { id } = workflow;
  const repository = world.repositories[`${workflow.githubOwner}/${workflow.githubRepoName}`];
  if (!repository) {
    return [
      { sort: 'disagrees', workflow: id, what: `its repository ${workflow.githubRepoName} is not there` },
    ];
  }
  // others may have worked on the same repository
  const prefix = `gsw/${id.slice(0, 8)}/`;
  const pulls = repository.pulls.filter(({ head }) => head.startsWith(prefix));
  const numbers = new Set(pulls.map(({ number }) => number));
  const comments = repository.comments.filter(({ issue }) => numbers.has(issue));
  const opened = performed('open-pull-request', 'adopt-pull-request');
  const heads = [...planned.map((step) => step.branchName ?? ''), workflow.devBranchName ?? ''];
  const merges = [
    ...performed('merge-pull-request').map(({ input }) => fieldOf(input, 'title')),
    ...performed('merge-branch').map(({ input }) => fieldOf(input, 'message')),
  ];
  const ours = repository.merges.filter(
    (subject) => merges.includes(subject) || pulls.some(({ number }) => subject.endsWith(`(#${number})`)),
  );
  return [
    ...compare(
      id,
      'pull requests',
      pulls.map(({ head }) => head),
      heads,
    ),
    ...compare(
      id,
      'merged pull requests',
      pulls.filter((one) => one.mergedAt).map(({ head }) => head),
      heads,
    ),
    // a merge of what is merged already makes no commit; what is not merged at all shows in its pull request
    ...compare(id, 'merges', ours, merges).filter(({ sort }) => sort === 'doubled'),
    ...agree(
      id,
      'numbers of pull requests',
      pulls.map(({ number }) => `#${number}`),
      opened.map(({ output }) => `#${fieldOf(output, 'number')}`),
    ),
    ...agree(
      id,
      'commits of merges',
      pulls.map(({ mergeCommitSha }) => String(mergeCommitSha)),
      performed('merge-pull-request').map(({ output }) => fieldOf(output, 'sha')),
    ),
    ...compare(
      id,
      'comments on pull requests',
      comments.map(({ body }) => /<!-- gsw:(\S+) -->/.exec(body)?.[1] ?? body.slice(0, 60)),
      performed('comment-on-pull-request').map((one) => one.id),
    ),
    ...(comments.length === validations
      ? []
      : [flaw('disagrees', id, `${comments.length} comments for ${validations} verdicts`)]),
    ...repository.branches
      .filter((branch) => branch.startsWith(prefix))
      .map((branch) => flaw('lost', id, `the deletion of ${branch}: it is there still`)),
  ];
}

function flawsAtLinear(rows: WorkflowRows, world: World, performed: Performed): Flaw[] {
  const { workflow, planned, dependencies } = rows;
  const { id } = workflow;
  const issues = world.issues.filter(({ description }) => description?.includes(id));
  const ids = new Set(issues.map((issue) => issue.id));
  const within = <T extends { issueId: string }>(all: T[]) => all.filter(({ issueId }) => ids.has(issueId));
  const pairs = performed('relate-issues').map(
    ({ input }) => `${fieldOf(input, 'issueId')} → ${fieldOf(input, 'blocksIssueId')}`,
  );
  const main = issues.filter((issue) => issue.parentId === null);
  return [
    ...compare(
      id,
      'issues',
      issues.map((issue) => issue.id),
      performed('create-issue').map(({ output }) => fieldOf(output, 'id')),
    ),
    ...compare(
      id,
      'sub-issues',
      issues.filter((issue) => issue.parentId !== null).map(({ title }) => title),
      planned.map((step) => step.stepName),
    ),
    ...compare(
      id,
      'main issues',
      main.map(() => 'the main issue'),
      ['the main issue'],
    ),
    ...issues
      .filter((issue) => issue.stateType !== 'completed')
      .map((issue) => flaw('lost', id, `issue ${issue.identifier} is ${issue.state} still`)),
    ...compare(
      id,
      'relations',
      within(world.relations).map(({ issueId, relatedIssueId }) => `${issueId} → ${relatedIssueId}`),
      pairs,
    ),
    ...(pairs.length === dependencies.length
      ? []
      : [flaw('lost', id, `${pairs.length} relations of ${dependencies.length}`)]),
    ...compare(
      id,
      'comments on issues',
      within(world.comments).map((comment) => comment.id),
      performed('comment-on-issue').map(({ output }) => fieldOf(output, 'commentId')),
    ),
    ...compare(
      id,
      'issues with a closing comment',
      within(world.comments).map(({ issueId }) => issueId),
      issues.map((issue) => issue.id),
    ),
    ...compare(
      id,
      'attachments',
      within(world.attachments).map(({ issueId, url }) => `${issueId} ${url}`),
      performed('attach-link').map(({ input }) => `${fieldOf(input, 'issueId')} ${fieldOf(input, 'url')}`),
    ),
  ];
}

function flawsOfAgents(id: string, rows: WorkflowRows, world: World, performed: Performed): Flaw[] {
  const keys = new Set(rows.operations.map((operation) => operation.id));
  const started = performed('start-agent-run');
  const runs = world.runs.filter(({ runKey }) => runKey !== null && keys.has(runKey));
  const followUps = performed('follow-up-agent-run').map(({ output }) => fieldOf(output, 'runId'));
  const turns = runs.flatMap((run) => Array<string>(Math.max(0, run.turns - 1)).fill(run.id));
  return [
    ...compare(
      id,
      'agent runs',
      runs.map(({ runKey }) => String(runKey)),
      started.map((operation) => operation.id),
    ),
    ...agree(
      id,
      'numbers of agent runs',
      runs.map((run) => run.id),
      started.map(({ output }) => fieldOf(output, 'runId')),
    ),
    ...compare(id, 'follow-ups of agent runs', turns, followUps),
  ];
}

/** What must hold of all workflows together. @param ids of every workflow there should be */
export function flawsOfAll(all: readonly WorkflowRows[], world: World): Flaw[] {
  const operations = new Set(all.flatMap((rows) => rows.operations.map((operation) => operation.id)));
  const issues = new Set(world.issues.map((issue) => issue.id));
  const strangers = world.runs.filter(({ runKey }) => !runKey || !operations.has(runKey));
  return [
    ...compare(
      null,
      'labels',
      world.labels.map((label) => `${label.teamId} ${label.name}`),
      [...new Set(world.labels.map((label) => `${label.teamId} ${label.name}`))],
    ),
    ...strangers.map((run) => flaw('doubled', null, `agent run ${run.id} is of no operation`)),
    ...[...world.comments, ...world.attachments]
      .filter(({ issueId }) => !issues.has(issueId))
      .map((one) => flaw('disagrees', null, `${one.id} is of no issue`)),
    ...world.issues
      .filter(({ description }) => !all.some(({ workflow }) => description?.includes(workflow.id)))
      .map((issue) => flaw('doubled', null, `issue ${issue.identifier} is of no workflow`)),
  ];
}

/** A workflow at a glance: its stages, its steps, and why it waits. */

import { hours } from '../engine/budget/judge.ts';
import type { StepView } from '../http/views/step-view.ts';
import type { WorkflowView } from '../http/views/workflow-view.ts';
import { isOver } from './follow.ts';
import { count, duration, type Paint, signOf, spaced, span } from './style.ts';

type Look = { paint: Paint; now: number };

/** Lines of any width; the caller cuts them. */
export function boardLines(view: WorkflowView, look: Look): string[] {
  // a text without anything to see would keep its codes, and the line its blank end
  const dim = (text: string) => (text.trim() === '' ? text : look.paint('dim', text));
  const width = Math.max(...view.stages.map(({ name }) => name.length));
  const lines = view.stages.map((stage) => {
    const took = elapsed(stage, look.now);
    const idle = stage.status === 'pending';
    const name = spaced(stage.name).padEnd(width);
    return [
      ` ${signOf(stage.status, look.paint)} ${stage.order}`,
      idle ? dim(name) : name,
      dim((took === null ? '' : duration(took)).padStart(7)),
      dim(factOf(view, stage.name)),
    ].join('  ');
  });
  return [...lines, ...stepLines(view, look), ...closing(view, look)].map((line) => line.trimEnd());
}

/** What a stage has brought about, in a few words. */
export function factOf(view: WorkflowView, stage: string): string {
  const { plan, steps, linearIssue, finalPullRequest } = view;
  const opened = steps.filter((step) => step.pullRequest);
  const has = (status: string) => opened.filter((step) => step.pullRequest?.status === status).length;
  const judged = opened.filter((step) => (step.pullRequest?.score ?? null) !== null);
  switch (stage) {
    case 'requirements_decomposition':
      return plan ? `“${plan.title}”, ${count(steps.length, 'step')}` : '';
    case 'linear_issue_creation':
      return linearIssue ? `${linearIssue.key} and its sub-issues` : '';
    case 'task_execution':
      return opened.length > 0 ? `${opened.length} of ${count(steps.length, 'pull request')}` : '';
    case 'pr_validation':
      return judged.length > 0
        ? `scores ${judged.map((step) => step.pullRequest?.score).join(', ')} of 100`
        : '';
    case 'dev_branch_management':
      return has('merged') > 0
        ? `${has('merged')} merged${finalPullRequest ? `, final pull request #${finalPullRequest.number}` : ''}`
        : '';
    default:
      return '';
  }
}

function stepLines({ steps, status }: WorkflowView, { paint, now }: Look): string[] {
  if (steps.length === 0) return [];
  const title = Math.min(40, Math.max(...steps.map((step) => step.title.length)));
  const lines = steps.map((step) => {
    const took = elapsed(step, now);
    return [
      `   ${signOf(step.status, paint)} ${step.number}`,
      (step.title.length > title ? `${step.title.slice(0, title - 1)}…` : step.title).padEnd(title),
      (step.linearIssue?.key ?? '').padEnd(7),
      (step.pullRequest ? `#${step.pullRequest.number}` : '').padEnd(4),
      paint('dim', stateOf(step, status === 'completed', took)),
    ].join('  ');
  });
  return ['', ...lines];
}

/** What is being done to a step, or has become of it. */
export function stateOf(step: StepView, over: boolean, tookMs: number | null = null): string {
  const { status, pullRequest, dependsOn } = step;
  if (step.error && (status === 'failed' || status === 'skipped')) return step.error;
  if (pullRequest?.status === 'merged') return over ? 'merged' : 'merged into the dev branch';
  if (status === 'pending') return dependsOn.length > 0 ? `after ${dependsOn.join(', ')}` : '';
  if (status === 'completed') {
    const score = pullRequest?.score ?? null;
    return score === null ? 'pull request open' : `passed with ${score} of 100`;
  }
  const doing = { ...doings }[step.function ?? ''] ?? spaced(step.function ?? status);
  return tookMs === null ? doing : `${doing}, ${duration(tookMs)}`;
}

const doings: Record<string, string> = {
  'execute-step': 'the agent works on it',
  'validate-pull-request': 'checks and review',
  'merge-pull-request': 'merging',
};

/** When a stage or the workflow itself is out of time. */
export function timeLines(view: WorkflowView, { paint, now }: Look): string[] {
  const left = (time: string) => `${shortTime(time)} (in ${span(Date.parse(time) - now)})`;
  const timed = view.stages.find((stage) => stage.timesOutAt);
  if (isOver(view)) return [];
  return [
    ...(timed?.timesOutAt
      ? [paint('dim', `⏱ ${spaced(timed.name)} may take until ${left(timed.timesOutAt)}`)]
      : []),
    ...(view.deadlineAt ? [paint('dim', `⏱ deadline ${left(view.deadlineAt)}`)] : []),
  ];
}

const shortTime = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** What it has spent, and of what. Empty where it has spent nothing and has no budget. */
export function spendingLines({ budget: { limits, spent } }: WorkflowView): string[] {
  if (spent.agentRuns === 0 && Object.keys(limits).length === 0) return [];
  const of = (used: string, most: string | number | undefined, what: string) =>
    `${used}${most === undefined ? '' : ` of ${most}`} ${what}`;
  const { money, tokens, wallClock, agentRuns, repairRounds } = limits;
  return [
    [
      of(String(spent.agentRuns), agentRuns, 'agent runs'),
      of(String(spent.repairRounds), repairRounds, 'repair rounds'),
      of(String(spent.tokens), tokens, 'tokens'),
      of(spent.money.toFixed(2), money?.toFixed(2), 'US dollars'),
      of(hours(spent.wallClockMs), wallClock, 'working time'),
    ].join(', '),
  ];
}

function closing(view: WorkflowView, { paint }: Look): string[] {
  if (view.waitingOn && view.signals.gate) return ['', paint('yellow', `◷ waiting on ${view.waitingOn}`)];
  if (view.waitingOn) return ['', paint('dim', `◷ waiting on ${view.waitingOn}`)];
  return [];
}

/** Why a workflow failed, as a sentence. */
export function failureOf({ errorStage, errorMessage }: WorkflowView): string {
  const where = errorStage ? ` at ${spaced(errorStage)}` : '';
  return `The workflow failed${where}: ${errorMessage ?? 'no reason was kept'}`;
}

/** Milliseconds; of what still runs, until now. Null before it began. */
function elapsed(
  { startedAt, durationMs }: { startedAt: string | null; durationMs: number | null },
  now: number,
): number | null {
  if (!startedAt) return null;
  return durationMs ?? Math.max(0, now - Date.parse(startedAt));
}

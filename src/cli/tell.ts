/** Sentences about a workflow that several commands say. */
import type { OperationView } from '../http/views/operation-view.ts';
import type { WorkflowView } from '../http/views/workflow-view.ts';
import { failureOf } from './board.ts';
import { commandName } from './output.ts';
import { count, duration } from './style.ts';

/** Which commands answer the question that is open. */
export function howToAnswer({ id, signals }: WorkflowView, { demo = false } = {}): string {
  const where = demo ? ' --demo' : '';
  const commands: Record<string, string> = {
    requirements: `requirements ${id} -f FILE${where}`,
    approve: `approve ${id}${where}`,
    reject: `reject ${id} --reason "…"${where}`,
  };
  const lines = signals.accepts.flatMap((type) => commands[type] ?? []);
  return ['Answer with:', ...lines.map((line) => `  ${commandName} ${line}`)].join('\n');
}

/** What a later attempt kept of the earlier ones, and what it put others in the place of; nothing in the first attempt. */
export function describeAttempt({ attempt, operations, told }: WorkflowView): string[] {
  if (attempt === 1) return [];
  const cause = told.find((signal) => signal.attempt === attempt);
  const why = cause ? `, ${cause.type.replace('_', '-')} by ${cause.actor}` : '';
  const name = ({ type, scope, key }: OperationView) => `${type} (${scope.split('/')[0]}: ${key})`;
  const superseded = operations.filter((one) => one.superseded);
  const kept = operations.filter((one) => !one.superseded && one.attempt < attempt);
  return [
    `Attempt ${attempt}${why}: ${count(kept.length, 'operation')} of earlier attempts kept, ${superseded.length} superseded.`,
    ...superseded.map((one) => `  superseded: ${name(one)}${one.url ? `  ${one.url}` : ''}`),
  ];
}

/** What has become of a workflow that is over, and where to look. */
export function describeEnd(view: WorkflowView): string[] {
  const took = view.durationMs === null ? '' : ` in ${duration(view.durationMs)}`;
  const links = [view.finalPullRequest?.url, view.linearIssue?.url].flatMap((url) => url ?? []);
  switch (view.status) {
    case 'completed':
      return [`Completed${took}: merged into ${view.baseBranch ?? 'the base branch'}.`, ...links];
    case 'failed':
      return [failureOf(view), ...links];
    case 'cancelled': {
      const by = view.told.findLast(({ type }) => type === 'cancel');
      const who = by ? ` by ${by.actor}${by.reason ? `: ${by.reason}` : ''}` : '';
      return [`Cancelled${who}.`, ...(view.errorMessage ? [view.errorMessage] : []), ...links];
    }
    default:
      return [`The workflow is ${view.status}.`, ...links];
  }
}

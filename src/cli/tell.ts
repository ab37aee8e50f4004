/** Sentences about a workflow that several commands say. */
import type { WorkflowView } from '../http/workflow-view.ts';
import { failureOf } from './board.ts';
import { commandName } from './output.ts';
import { duration } from './style.ts';

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

/** What has become of a workflow that is over, and where to look. */
export function describeEnd(view: WorkflowView): string[] {
  const took = view.durationMs === null ? '' : ` in ${duration(view.durationMs)}`;
  const links = [view.finalPullRequest?.url, view.linearIssue?.url].flatMap((url) => url ?? []);
  switch (view.status) {
    case 'completed':
      return [`Completed${took}: merged into ${view.baseBranch ?? 'the base branch'}.`, ...links];
    case 'failed':
      return [failureOf(view), ...links];
    default:
      return [`The workflow is ${view.status}.`, ...links];
  }
}

/** Workflows as a table, a line each. */
import type { WorkflowSummary } from '../client/index.ts';
import { isOver } from './follow.ts';
import { type Paint, signOf, spaced, span } from './style.ts';

export function summaryLines(
  workflows: readonly WorkflowSummary[],
  { paint, now }: { paint: Paint; now: number },
): string[] {
  const width = Math.max(...workflows.map(({ repository }) => repository.length));
  return workflows.map((workflow) => {
    const { id, status, repository, name, currentStage, waitingOn, errorMessage, createdAt } = workflow;
    const over = isOver(workflow);
    const why = status === 'failed' ? errorMessage : over ? null : waitingOn;
    return [
      `${signOf(status, paint)} ${id}`,
      status.padEnd(9),
      repository.padEnd(width),
      paint('dim', `${span(now - Date.parse(createdAt))} ago`.padEnd(16)),
      [
        name === repository ? '' : name,
        over ? '' : spaced(currentStage),
        why ? (status === 'failed' ? why : `waiting on ${why}`) : '',
      ]
        .filter(Boolean)
        .join(', '),
    ]
      .join('  ')
      .trimEnd();
  });
}

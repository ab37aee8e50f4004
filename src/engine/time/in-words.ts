/** Times and waits in the sentences that people read. */
import type { IntegrationOperation } from '../../../entities/workflows/integration-operation.ts';
import type { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';

/** `2026-11-26 14:05 UTC`. */
export const timeInWords = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What is told at most; the rest is counted. */
const shown = 3;

type Open = {
  own: string | null | undefined;
  steps: readonly Pick<WorkflowStepExecution, 'title' | 'status' | 'waitingOn'>[];
  operations: readonly Pick<
    IntegrationOperation,
    'operationType' | 'status' | 'waitingOn' | 'errorMessage'
  >[];
};

/** What a durable function that is not over waits on, in words that complete "it waited on …". */
export function openWorkInWords({ own, steps, operations }: Open): string {
  const waits = operations.map(({ operationType, waitingOn, status, errorMessage }) => {
    const why = waitingOn ?? (status === 'unknown' ? errorMessage : null);
    return why ? `${operationType} (${why})` : operationType;
  });
  if (waits.length === 0) {
    waits.push(...steps.map(({ title, waitingOn }) => `"${title}"${waitingOn ? ` (${waitingOn})` : ''}`));
  }
  if (waits.length === 0) return own ?? 'its own code';
  const reasons = [...new Set(waits)];
  const more = reasons.length > shown ? [`${reasons.length - shown} more`] : [];
  return [...reasons.slice(0, shown), ...more].join(', ');
}

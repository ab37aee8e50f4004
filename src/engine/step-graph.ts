/** Which steps of a stage may start, given which are done. Pure: works on rows, decides, and marks them. */
import type { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';

type Step = Pick<
  WorkflowStepExecution,
  'itemId' | 'title' | 'status' | 'isOver' | 'dependsOn' | 'maxParallel' | 'queue' | 'skip'
>;

/**
 * Skips the pending steps that depend on one that failed or was skipped, and queues those whose dependencies are all
 * completed, first come first served, while fewer than `maxParallel` are on their way. Gives the steps it queued.
 * @param places how many may be queued at most, for reasons outside of the stage
 */
export function promoteReady<T extends Step>(steps: readonly T[], places = Number.POSITIVE_INFINITY): T[] {
  skipUnreachable(steps);
  const byItem = new Map(steps.map((step) => [step.itemId, step]));
  const promoted: T[] = [];
  let onTheWay = steps.filter((step) => step.status !== 'pending' && !step.isOver()).length;
  for (const step of steps) {
    if (onTheWay >= step.maxParallel || promoted.length >= places) break;
    if (step.status !== 'pending') continue;
    if (!step.dependsOn.every((id) => byItem.get(id)?.status === 'completed')) continue;
    step.queue();
    promoted.push(step);
    onTheWay += 1;
  }
  return promoted;
}

function skipUnreachable(steps: readonly Step[]): void {
  const byItem = new Map(steps.map((step) => [step.itemId, step]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const step of steps) {
      if (step.status !== 'pending') continue;
      const missing = step.dependsOn
        .map((id) => byItem.get(id))
        .find((on) => on?.isOver() && on.status !== 'completed');
      if (!missing) continue;
      step.skip(
        `not started, because "${missing.title}" ${missing.status === 'failed' ? 'failed' : 'was not done'}`,
      );
      changed = true;
    }
  }
}

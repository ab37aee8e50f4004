import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import type { StepOutcome } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';

/** Fails the stage, saying which of its items were not done and why, unless all were. */
export function expectAllDone(
  outcomes: readonly StepOutcome[],
  items: readonly { id: string; title: string }[],
  what: string,
): void {
  const open = outcomes.filter((outcome) => outcome.status !== 'completed');
  if (open.length === 0) return;
  const titleOf = new Map(items.map((item) => [item.id, item.title]));
  const list = open.map((outcome) => `"${titleOf.get(outcome.id)}" (${outcome.reason ?? outcome.status})`);
  throw new PermanentFailure(`${open.length} of ${outcomes.length} ${what}: ${list.join('; ')}`);
}

/** Marks the steps of the plan that failed or were skipped as such. */
export async function markUndone(em: EntityManager, outcomes: readonly StepOutcome[]): Promise<void> {
  for (const { id, status } of outcomes) {
    if (status !== 'completed') (await em.findOne(DecomposedStep, id))?.undone(status);
  }
}

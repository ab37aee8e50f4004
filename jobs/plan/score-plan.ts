/** How good a plan is by its form alone: what is vague, or too large for one pull request, costs points. */
import type { Plan } from './plan-schema.ts';

/** Name and version of this scorer: scores of another do not compare. */
export const planScorer = 'plan-form-1';

const deductions: [points: number, applies: (step: Plan['steps'][number]) => boolean][] = [
  [5, (step) => step.files.length === 0],
  [5, (step) => step.effort_hours > 16],
  [5, (step) => step.complexity > 8],
  [3, (step) => step.description.length < 20],
];

/** 0–100, the mean over the steps of 100 less what each loses, four times over so that one bad step shows. */
export function scorePlan({ steps }: Plan): number {
  const lost = steps.map((step) =>
    deductions.reduce((sum, [points, applies]) => sum + (applies(step) ? points : 0), 0),
  );
  const mean = lost.reduce((sum, points) => sum + points, 0) / steps.length;
  return Math.round(Math.max(0, 100 - 4 * mean) * 100) / 100;
}

/** The plan of a workflow as the API shows it, in the form in which it can be sent back changed. */
import { z } from 'zod';
import type { DecomposedStep } from '../../../entities/task/decomposed-step.ts';
import { decompositionStates } from '../../../entities/task/requirement-decomposition.ts';
import type { PlanRows } from '../read-plan.ts';
import { iso, time, timeOrNull } from '../times.ts';

/** What is said of a step in a plan. */
export const stepWords = {
  description: z.string(),
  requirements: z.array(z.string()).describe('What it must heed beyond the plan’s requirement.'),
  acceptanceCriteria: z.array(z.string()).describe('What must be true when it is done.'),
  approach: z.string().nullable().describe('How to go about it, where the plan says so.'),
  files: z.array(z.string()).describe('Paths it is expected to touch.'),
  effortHours: z.number().describe('Estimated.'),
  complexity: z.int().describe('1 to 10.'),
};

export const planSchema = z
  .object({
    workflowId: z.uuid(),
    requirementId: z.uuid().describe('The version of the requirements that it splits.'),
    title: z.string(),
    summary: z.string(),
    status: z.enum(decompositionStates),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
    decidedAt: timeOrNull,
    score: z.number().nullable().describe('Of its form, 0–100; null where people have changed it.'),
    steps: z
      .array(
        z.object({
          id: z.uuid(),
          number: z.int().describe('From 1, in the order of the plan.'),
          name: z.string(),
          ...stepWords,
          dependsOn: z.array(z.string()).describe('Names of the steps that have to be completed first.'),
        }),
      )
      .describe('In the order of the plan.'),
    createdAt: time,
    updatedAt: time,
    version: z
      .int()
      .describe('Send it as `If-Match`: then only the very plan that you have seen is changed or approved.'),
  })
  .meta({ id: 'Plan' });

export type PlanView = z.infer<typeof planSchema>;

/** Null where there is none yet. */
export function planView({ decomposition, steps, dependencies }: PlanRows): PlanView | null {
  if (!decomposition) return null;
  const nameOf = new Map(steps.map((step) => [step.id, step.stepName]));
  return {
    workflowId: decomposition.workflowId,
    requirementId: decomposition.requirementDocumentId,
    title: decomposition.title,
    summary: decomposition.summary,
    status: decomposition.status,
    decidedBy: decomposition.decidedBy ?? null,
    reason: decomposition.decisionReason ?? null,
    decidedAt: iso(decomposition.decidedAt),
    score: decomposition.qualityScore ?? null,
    steps: steps.map((step) => ({
      id: step.id,
      number: step.stepNumber,
      name: step.stepName,
      ...wordsOf(step),
      dependsOn: dependencies
        .filter(({ stepId }) => stepId === step.id)
        .flatMap(({ dependsOnId }) => nameOf.get(dependsOnId) ?? []),
    })),
    createdAt: decomposition.createdAt.toISOString(),
    updatedAt: decomposition.updatedAt.toISOString(),
    version: decomposition.version,
  };
}

export const wordsOf = (step: DecomposedStep) => ({
  description: step.description,
  requirements: step.specificRequirements,
  acceptanceCriteria: step.acceptanceCriteria,
  approach: step.implementationApproach ?? null,
  files: step.files,
  effortHours: step.effortHours,
  complexity: step.complexity,
});

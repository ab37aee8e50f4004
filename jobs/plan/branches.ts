/** The names of a workflow's branches: the same whenever they are derived, and unlike any other workflow's. */
import type { DecomposedStep } from '../../entities/task/decomposed-step.ts';

const prefix = (workflowId: string): string => `gsw/${workflowId.slice(0, 8)}`;

/** The first eight digits of the id of the workflow that a branch (or ref) is of; null where it is none of ours. */
export const workflowOfBranch = (name: string): string | null =>
  /^(?:refs\/heads\/)?gsw\/([0-9a-f]{8})\//.exec(name)?.[1] ?? null;

/** Where the steps of a workflow come together. */
export const devBranchOf = (workflowId: string): string => `${prefix(workflowId)}/dev`;

export function stepBranchOf(step: Pick<DecomposedStep, 'workflowId' | 'stepName' | 'place'>): string {
  const words = step.stepName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return `${prefix(step.workflowId)}/${step.place()}${words ? `-${words}` : ''}`;
}

import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';

/** A step and its pull request. */
export type Candidate = { step: DecomposedStep; pull: StepPullRequest };

export function candidateOf(db: OrganizationDatabases, stepId: string): Promise<Candidate> {
  return db.task(async (em) => ({
    step: await em.findOneOrFail(DecomposedStep, stepId),
    pull: await em.findOneOrFail(StepPullRequest, { stepId }),
  }));
}

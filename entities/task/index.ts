/** task_db: projects on the dashboard, requirements, plans, steps and their pull requests. */
import { DecomposedStep } from './decomposed-step.ts';
import { GithubProject } from './github-project.ts';
import { RequirementDecomposition } from './requirement-decomposition.ts';
import { RequirementDocument } from './requirement-document.ts';
import { StepDependency } from './step-dependency.ts';
import { StepPullRequest } from './step-pull-request.ts';

export const entities = [
  GithubProject,
  RequirementDocument,
  RequirementDecomposition,
  DecomposedStep,
  StepDependency,
  StepPullRequest,
];

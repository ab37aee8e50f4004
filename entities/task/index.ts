/** task_db: projects on the dashboard, requirements, plans, steps, tasks and pull requests. */
import { DashboardProject } from './dashboard-project.ts';
import { DecomposedStep } from './decomposed-step.ts';
import { GithubProject } from './github-project.ts';
import { PromptEnhancement } from './prompt-enhancement.ts';
import { RequirementDecomposition } from './requirement-decomposition.ts';
import { RequirementDocument } from './requirement-document.ts';
import { StepDependency } from './step-dependency.ts';
import { StepExecutionProgress } from './step-execution-progress.ts';
import { StepPullRequest } from './step-pull-request.ts';
import { Task } from './task.ts';

export const entities = [
  GithubProject,
  RequirementDocument,
  RequirementDecomposition,
  DecomposedStep,
  StepDependency,
  Task,
  StepPullRequest,
  PromptEnhancement,
  DashboardProject,
  StepExecutionProgress,
];

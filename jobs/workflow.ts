/** The eight stages in order: the table of contents. A ninth stage is one new file and one line here. */
import type { Catalogue } from '../src/engine/define.ts';
import { eventHandlers } from './events/index.ts';
import { intake } from './intake/index.ts';
import { maintenance } from './maintenance/index.ts';
import { operations } from './operations/index.ts';
import { projections } from './projections/index.ts';
import { completion } from './stages/completion.ts';
import { devBranchManagement } from './stages/dev-branch-management.ts';
import { linearIssueCreation } from './stages/linear-issue-creation.ts';
import { prValidation } from './stages/pr-validation.ts';
import { projectSelection } from './stages/project-selection.ts';
import { requirementsDecomposition } from './stages/requirements-decomposition.ts';
import { requirementsInput } from './stages/requirements-input.ts';
import { taskExecution } from './stages/task-execution.ts';
import { executeStep } from './steps/execute-step.ts';
import { mergeStep } from './steps/merge-step.ts';
import { validatePullRequest } from './steps/validate-pull-request.ts';

export const stages = [
  projectSelection,
  requirementsInput,
  requirementsDecomposition,
  linearIssueCreation,
  taskExecution,
  prValidation,
  devBranchManagement,
  completion,
];

export const catalogue: Catalogue = {
  stages,
  steps: [executeStep, validatePullRequest, mergeStep],
  operations,
  projections,
  maintenance,
  eventHandlers,
  intake,
};

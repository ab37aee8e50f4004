import { defineStage } from '../../src/engine/define.ts';
import { createBranch } from '../operations/github/create-branch.ts';
import { readBranch } from '../operations/github/read-branch.ts';
import { devBranchOf } from '../plan/branches.ts';
import { closeDroppedPullRequests } from '../plan/dropped-steps.ts';
import { currentPlan } from '../plan/keep-plan.ts';
import { expectAllDone, markUndone } from '../plan/step-outcomes.ts';
import { executeStep } from '../steps/execute-step.ts';

/** Opens the development branch and has agents carry out the steps, in the order of their dependencies. */
export const taskExecution = defineStage({
  name: 'task_execution',
  timeout: '24h',
  async run(context) {
    const { workflow, db, perform, remember, runSteps } = context;
    const repository = workflow.repository();
    const base = await perform('base', readBranch.with({ repository, branch: workflow.githubBranch ?? '' }));
    const branch = devBranchOf(workflow.id);
    await perform('dev-branch', createBranch.with({ repository, branch, sha: base.sha }));
    await remember({ devBranchName: branch });

    await closeDroppedPullRequests(context);
    const { steps, dependsOn } = await db.task((em) => currentPlan(em, workflow.id));
    const { maxParallelSteps = 1 } = workflow.options;
    const items = steps.map(({ id, stepName: title }) => ({ id, title, dependsOn: dependsOn(id) }));
    const outcomes = await runSteps(executeStep, items, maxParallelSteps);
    await db.task((em) => markUndone(em, outcomes));
    expectAllDone(outcomes, items, 'steps were not carried out');
  },
});

import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { askApproval, expectApproved } from '../plan/approval.ts';
import { currentPlan } from '../plan/keep-plan.ts';
import { expectAllDone } from '../plan/step-outcomes.ts';
import { validatePullRequest, validationRounds } from '../steps/validate-pull-request.ts';

/** Has every pull request judged and, where it does not pass, mended; what still fails is for a person to decide. */
export const prValidation = defineStage({
  name: 'pr_validation',
  timeout: '24h',
  async run(context) {
    const { workflow, db, runSteps } = context;
    const { steps } = await db.task((em) => currentPlan(em, workflow.id));
    const { maxParallelSteps = 1, onValidationFailure } = workflow.options;
    const items = steps.map(({ id, stepName: title }) => ({ id, title, dependsOn: [] }));
    const outcomes = await runSteps(validatePullRequest, items, maxParallelSteps);
    expectAllDone(outcomes, items, 'pull requests could not be validated');

    const rejected = await db.task((em) =>
      em.find(
        StepPullRequest,
        { workflowId: workflow.id, status: 'rejected' },
        { orderBy: { number: 'asc' } },
      ),
    );
    if (rejected.length === 0) return;
    const list = rejected.map((pull) => `#${pull.number} (${pull.score} of 100)`).join(', ');
    const what = `${rejected.length === 1 ? 'pull request' : 'pull requests'} ${list}`;
    if (onValidationFailure === 'fail') {
      throw new PermanentFailure(`Validation failed after ${validationRounds} rounds: ${what}.`);
    }
    const decision = await askApproval(context, 'accept', {
      gate: 'validation',
      waitingOn: `a decision on ${what}, not passing after ${validationRounds} rounds`,
    });
    expectApproved(decision, what);
  },
});

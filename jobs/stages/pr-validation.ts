import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import { defineStage, type StageContext } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { askApproval, expectApproved } from '../plan/approval.ts';
import { currentPlan } from '../plan/keep-plan.ts';
import { expectAllDone } from '../plan/step-outcomes.ts';
import { validatePullRequest } from '../steps/validate-pull-request.ts';

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
        { stepId: steps.map(({ id }) => id), status: 'rejected' },
        { orderBy: { number: 'asc' } },
      ),
    );
    if (rejected.length === 0) return;
    const verdicts = await lastVerdicts(context, rejected);
    const list = rejected
      .map((pull) => `#${pull.number} (${meritOf(pull, verdicts.get(pull.stepId))})`)
      .join(', ');
    const what = `${rejected.length === 1 ? 'pull request' : 'pull requests'} ${list}`;
    const rounds = Math.max(...[...verdicts.values()].map(({ round }) => round));
    const after = `after ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`;
    if (onValidationFailure === 'fail') {
      throw new PermanentFailure(`Validation failed ${after}: ${what}.`);
    }
    const decision = await askApproval(context, 'accept', {
      gate: 'validation',
      waitingOn: `a decision on ${what}, not passing ${after}`,
    });
    expectApproved(decision, what);
  },
});

/** By step. */
async function lastVerdicts(
  { db, workflow }: StageContext,
  pulls: readonly StepPullRequest[],
): Promise<Map<string, WorkflowValidation>> {
  const stepId = pulls.map((pull) => pull.stepId);
  const verdicts = await db.workflows((em) =>
    em.find(
      WorkflowValidation,
      { workflowExecutionId: workflow.id, stepId },
      // an earlier attempt may have needed more rounds
      { orderBy: { updatedAt: 'asc' } },
    ),
  );
  return new Map(verdicts.map((verdict) => [verdict.stepId, verdict]));
}

const meritOf = ({ score }: StepPullRequest, verdict: WorkflowValidation | undefined): string =>
  `${score} of 100${verdict?.reviewScore == null ? ', without a usable review' : ''}`;

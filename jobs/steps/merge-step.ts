import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import { defineStep, type StepContext } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { mergePullRequest } from '../operations/github/merge-pull-request.ts';
import { type Candidate, candidateOf } from '../plan/candidate.ts';
import { repair } from './repair.ts';
import { validationRounds } from './validate-pull-request.ts';
import { type PushedWork, validateRound } from './validate-round.ts';

/** How often a merge is tried, with a repair by the agent between two tries. */
const mergeRounds = 3;

/**
 * Merges the pull request of one step into the development branch, at the very commit that was validated. What stands
 * in the way (a conflict, new commits) is mended and judged anew.
 */
export const mergeStep = defineStep({
  name: 'merge-pull-request',
  version: 2,
  async run(context) {
    const { db, perform, workflow, version } = context;
    const candidate = await candidateOf(db, context.item.id);
    const { step, pull } = candidate;
    let { headSha, score } = await validated(context, candidate);
    for (let round = 1; ; round += 1) {
      const outcome = await perform(
        `merge-${round}`,
        mergePullRequest.with({
          repository: workflow.repository(),
          number: pull.number,
          headSha,
          title: `Merge step ${step.stepNumber}: ${step.stepName} (#${pull.number})`,
          base: version >= 2 ? workflow.devBranchName : null,
        }),
      );
      if (outcome.outcome === 'merged') return await recordMerge(context, candidate, outcome.sha);
      if (outcome.outcome === 'blocked' || round === mergeRounds) {
        throw new PermanentFailure(`Pull request #${pull.number} cannot be merged: ${outcome.reason}`);
      }
      let work: PushedWork | null = null;
      if (outcome.outcome === 'conflict') {
        const repaired = await repair(context, candidate, `conflict-${round}`, {
          template: 'conflict-repair',
          variables: { merge: workflow.devBranchName ?? '' },
          headSha,
        });
        work = repaired && { ...repaired, scoreBefore: score };
      }
      const verdict = await validateRound(context, candidate, validationRounds + round, work);
      if (!verdict.passed) {
        const why = verdict.reviewScore === null ? `: ${verdict.summary}` : '.';
        throw new PermanentFailure(
          `Pull request #${pull.number} no longer passes validation after ${outcome.outcome === 'conflict' ? 'its conflicts were resolved' : 'new commits'} (${verdict.score} of 100)${why}`,
        );
      }
      ({ headSha, score } = verdict);
    }
  },
});

/** What the pull request's validation judged, and how. */
function validated({ db, workflow }: StepContext, { step }: Candidate): Promise<WorkflowValidation> {
  return db.workflows((em) =>
    em.findOneOrFail(
      WorkflowValidation,
      { workflowExecutionId: workflow.id, stepId: step.id, round: { $lte: validationRounds } },
      // an earlier attempt may have needed more rounds
      { orderBy: { updatedAt: 'desc' } },
    ),
  );
}

async function recordMerge({ db }: StepContext, { step, pull }: Candidate, sha: string): Promise<void> {
  const executions = await db.prompts((em) => em.find(PromptExecution, { stepId: step.id }));
  const effortMs = executions.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  await db.task(async (em) => {
    (await em.findOneOrFail(StepPullRequest, pull.id)).merged(sha);
    (await em.findOneOrFail(DecomposedStep, step.id)).merged(effortMs);
  });
}

/**
 * One look at a pull request: checks, structure, the agent's review; the verdict is kept and posted once. Where somebody
 * has merged it himself, that is the verdict.
 */
import type { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import type { StepContext } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { bullets } from '../../src/prompts/render.ts';
import { keepGain, type Work } from '../agent/keep-quality.ts';
import { awaitChecks } from '../operations/github/await-checks.ts';
import { commentOnPullRequest } from '../operations/github/comment-on-pull-request.ts';
import { examineChanges } from '../operations/github/examine-changes.ts';
import { type PullRequestNow, readPullRequest } from '../operations/github/read-pull-request.ts';
import type { Candidate } from '../plan/candidate.ts';
import { judge, mergedAlready, type Verdict, verdictComment, verdictScorer } from '../plan/verdict.ts';
import { askForReview } from './ask-for-review.ts';

/** What an agent did, and the commit that it has just pushed. */
export type PushedWork = Work & { headSha?: string };

/**
 * @param round counts every look at this pull request in this workflow, from 1
 * @param work of the agent since the last look; null where there was none
 */
export async function validateRound(
  context: StepContext,
  { step, pull }: Candidate,
  round: number,
  work: PushedWork | null,
): Promise<Verdict & { headSha: string }> {
  const { workflow, perform, db, version } = context;
  const repository = workflow.repository();
  const { number } = pull;
  const key = `round-${round}`;
  const now = await perform(
    `${key}/pull`,
    readPullRequest.with({ repository, number, head: version >= 2 ? (work?.headSha ?? null) : null }),
  );
  if (now.state === 'closed') {
    await db.task(async (em) => (await em.findOneOrFail(StepPullRequest, pull.id)).closed());
    throw new PermanentFailure(`Pull request #${number} was closed without being merged.`);
  }
  const isMerged = version >= 2 && now.state === 'merged';
  if (isMerged && now.baseBranch !== workflow.devBranchName) {
    throw new PermanentFailure(
      `Pull request #${number} was merged into ${now.baseBranch} instead of ${workflow.devBranchName}.`,
    );
  }
  const recordMerge = () =>
    db.task(async (em) => {
      (await em.findOneOrFail(StepPullRequest, pull.id)).merged(now.mergeCommitSha ?? now.headSha);
    });
  const before = isMerged ? await passedBefore(context, step, now.headSha) : null;
  if (before) {
    await recordMerge();
    return { ...before, reviewScore: before.reviewScore ?? null };
  }
  const verdict = isMerged ? mergedAlready(now.baseBranch) : await judgeAsItIs(context, step, now, key);
  if (work && !isMerged) await keepGain(context, step.id, work, verdict.score, verdictScorer);
  await db.workflows((em) =>
    em.upsert(WorkflowValidation, {
      id: deriveId('validation', step.id, String(round)),
      organizationId: workflow.organizationId,
      workflowExecutionId: workflow.id,
      validationType: 'pull-request',
      stepId: step.id,
      pullRequestNumber: number,
      headSha: now.headSha,
      round,
      ...verdict,
    }),
  );
  await perform(
    `${key}/comment`,
    commentOnPullRequest.with({ repository, number, body: verdictComment(verdict, round) }),
  );
  if (isMerged) await recordMerge();
  else {
    await db.task(async (em) => {
      const kept = await em.findOneOrFail(StepPullRequest, pull.id);
      if (verdict.passed) kept.validated(now.headSha, verdict.score);
      else kept.rejected(now.headSha, verdict.score);
    });
  }
  return { ...verdict, headSha: now.headSha };
}

/** What an agent's review has let pass, and an earlier attempt of the workflow may have merged: that stands. */
function passedBefore(
  { db, workflow }: StepContext,
  step: DecomposedStep,
  headSha: string,
): Promise<WorkflowValidation | null> {
  return db.workflows((em) =>
    em.findOne(
      WorkflowValidation,
      {
        workflowExecutionId: workflow.id,
        stepId: step.id,
        headSha,
        passed: true,
        reviewScore: { $ne: null },
      },
      { orderBy: { updatedAt: 'desc' } },
    ),
  );
}

async function judgeAsItIs(
  context: StepContext,
  step: DecomposedStep,
  now: PullRequestNow,
  key: string,
): Promise<Verdict> {
  const { workflow, perform, version } = context;
  const repository = workflow.repository();
  const { number } = now;
  const { checks } = await perform(
    `${key}/checks`,
    awaitChecks.with({
      repository,
      sha: now.headSha,
      baseBranch: now.baseBranch,
      // nothing protects a development branch; what is merged into it will have to pass there
      finalBranch: version >= 2 ? workflow.githubBranch : null,
    }),
  );
  const changes = await perform(
    `${key}/changes`,
    examineChanges.with({ repository, number, expectedFiles: step.files }),
  );
  const { review, missing } = await askForReview(context, `${key}/review`, {
    variables: {
      base: now.baseBranch,
      branch: now.headBranch,
      name: step.stepName,
      description: step.description,
      criteria: bullets(step.acceptanceCriteria),
      files: step.files.join('\n'),
    },
    workspace: { repository, branch: now.headBranch, baseSha: now.headSha },
  });
  return judge(changes.findings, checks, review, missing);
}

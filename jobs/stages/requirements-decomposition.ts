import { AnalysisRun } from '../../entities/codebase/analysis-run.ts';
import { CodeFile } from '../../entities/codebase/code-file.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { Signal } from '../../entities/workflows/signal.ts';
import { defineStage, type StageContext } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { askAgent } from '../agent/ask-agent.ts';
import { complaint } from '../agent/complaint.ts';
import { keepQuality } from '../agent/keep-quality.ts';
import { askApproval, expectApproved, rejectionOf } from '../plan/approval.ts';
import { keepPlan } from '../plan/keep-plan.ts';
import { type Plan, parsePlan } from '../plan/plan-schema.ts';
import { planScorer, scorePlan } from '../plan/score-plan.ts';
import { toldDone, workDone } from '../plan/work-done.ts';

/** How often the agent is asked for a plan before we give up. */
const rounds = 3;

/** Has the agent split the requirements into steps, and has a person approve the plan. */
export const requirementsDecomposition = defineStage({
  name: 'requirements_decomposition',
  timeout: '3h',
  async run(context) {
    const { workflow, db, attempt } = context;
    const requirements = await db.task((em) =>
      em.findOneOrFail(RequirementDocument, { workflowId: workflow.id }),
    );
    const { plan, executionId, qualityScore } = await askForPlan(context, requirements.content);
    await db.task((em) =>
      keepPlan(
        em,
        {
          organizationId: workflow.organizationId,
          workflowId: workflow.id,
          requirementDocumentId: requirements.id,
          executionId,
          qualityScore,
          attempt,
        },
        plan,
      ),
    );

    const decision = workflow.options.autoConfirmPlan
      ? { type: 'approve' as const, actor: 'project setting', reason: null }
      : await askApproval(context, 'plan', { gate: 'plan', waitingOn: 'plan approval' });
    await db.task(async (em) => {
      const kept = await em.findOneOrFail(RequirementDecomposition, { workflowId: workflow.id });
      if (decision.type === 'approve') kept.approve(decision.actor, decision.reason ?? null);
      else kept.reject(decision.actor, decision.reason ?? null);
    });
    expectApproved(decision, 'the plan');
  },
});

/** Asks again with what was wrong, at most `rounds` times. */
async function askForPlan(
  context: StageContext,
  requirement: string,
): Promise<{ plan: Plan; executionId: string; qualityScore: number }> {
  const done = await workDone(context);
  const facts = { ...(await factsForPlanning(context)), done: toldDone(done) };
  let problems = await objections(context);
  for (let round = 1; round <= rounds; round += 1) {
    const answer = await askAgent(context, `plan-${round}`, {
      purpose: 'decompose',
      template: 'requirements-decomposition',
      variables: { ...facts, requirement, problems: complaint(problems) },
      workspace: null,
    });
    const parsed =
      answer.response === null
        ? { problems: [`The agent failed: ${answer.error}`] }
        : parsePlan(answer.response, done.steps);
    const { executionId } = answer;
    if ('plan' in parsed) {
      if (parsed.plan.steps.length === 0) {
        throw new PermanentFailure(
          'Nothing is left to do: what the requirement asks for is merged already, says the agent.',
        );
      }
      const score = scorePlan(parsed.plan);
      await keepQuality(context, executionId, { score, scorer: planScorer, parsed: parsed.plan });
      return { plan: parsed.plan, executionId, qualityScore: score };
    }
    if (answer.response !== null) await keepQuality(context, executionId, { score: 0, scorer: planScorer });
    problems = parsed.problems;
  }
  throw new PermanentFailure(
    `The agent gave no usable plan in ${rounds} attempts. What was wrong with the last one: ${problems.slice(0, 5).join(' ')}`,
  );
}

/** Why people rejected the plan of an earlier attempt. */
async function objections({ workflow, db, attempt }: StageContext): Promise<string[]> {
  if (attempt === 1) return [];
  const rejections = await db.workflows((em) =>
    em.find(
      Signal,
      { workflowExecutionId: workflow.id, type: 'reject', gate: 'plan', supersededAt: { $ne: null } },
      { orderBy: { createdAt: 'asc' } },
    ),
  );
  return rejections.map((rejection) => `${rejectionOf(rejection, 'the plan')}.`);
}

async function factsForPlanning({ workflow, db }: StageContext): Promise<Record<string, string>> {
  const { run, files } = await db.codebase(async (em) => {
    const run = await em.findOneOrFail(AnalysisRun, { workflowId: workflow.id });
    const files = await em.find(
      CodeFile,
      { codebaseId: run.codebaseId },
      { orderBy: { path: 'asc' }, limit: 400 },
    );
    return { run, files };
  });
  return {
    repository: `${workflow.githubOwner}/${workflow.githubRepoName}`,
    branch: workflow.githubBranch ?? '',
    languages: Object.keys(run.languages).join(', ') || 'none recognised',
    packageManager: run.packageManager ?? 'none recognised',
    buildCommand: run.buildCommand ?? 'none recognised',
    testCommand: run.testCommand ?? 'none recognised',
    files: files.map((file) => file.path).join('\n'),
  };
}

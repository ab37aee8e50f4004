import { AnalysisRun } from '../../entities/codebase/analysis-run.ts';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { defineStep, type StepContext } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { OperationFailed, PermanentFailure } from '../../src/engine/errors.ts';
import { bullets } from '../../src/prompts/render.ts';
import { isPullRequestOf } from '../../src/pull-request-url.ts';
import { type Answer, askAgent } from '../agent/ask-agent.ts';
import { textOf } from '../agent/keep-prompt.ts';
import { publishBranch } from '../operations/agent/publish-branch.ts';
import { adoptPullRequest } from '../operations/github/adopt-pull-request.ts';
import { createBranch } from '../operations/github/create-branch.ts';
import { mergeBranch } from '../operations/github/merge-branch.ts';
import { openPullRequest } from '../operations/github/open-pull-request.ts';
import { readBranch } from '../operations/github/read-branch.ts';
import { attachLink } from '../operations/linear/attach-link.ts';
import { setIssueState } from '../operations/linear/set-issue-state.ts';
import { stepBranchOf } from '../plan/branches.ts';
import { currentPlan, type KeptPlan } from '../plan/keep-plan.ts';

/** Carries out one step: a branch that holds what it depends on, an agent's work, a pull request, linked in Linear. */
export const executeStep = defineStep({
  name: 'execute-step',
  version: 2,
  async run(context) {
    const { workflow, db, item, perform } = context;
    const plan = await db.task((em) => currentPlan(em, workflow.id));
    const step = stepOf(plan, item.id);
    if (step.linearIssueId) {
      await perform('started', setIssueState.with({ issueId: step.linearIssueId, type: 'started' }));
    }
    const workspace = await prepareBranch(context, plan, step);
    const answer = await askAgent(context, 'work', {
      purpose: 'step',
      template: 'task-execution',
      variables: await promptVariables(context, plan, step),
      workspace,
      edited: editedPrompt(context),
    });
    if (answer.response === null)
      throw new PermanentFailure(`The coding agent could not do it: ${answer.error}`);

    const pull = await pullRequestFor(context, step, workspace, answer);
    await db.task(async (em) => {
      await em.upsert(StepPullRequest, {
        id: deriveId('pull-request', step.id),
        organizationId: workflow.organizationId,
        stepId: step.id,
        githubProjectId: plan.githubProjectId,
        workflowId: workflow.id,
        number: pull.number,
        url: pull.url,
        headBranch: pull.headBranch,
        headSha: pull.headSha,
        baseBranch: pull.baseBranch,
        executionId: answer.executionId,
      });
      (await em.findOneOrFail(DecomposedStep, step.id)).proposed(pull.headBranch);
    });
    if (step.linearIssueId) {
      const title = `Pull request #${pull.number}`;
      await perform('attach', attachLink.with({ issueId: step.linearIssueId, url: pull.url, title }));
    }
  },
});

/** What a person wants this step's agent to be told instead. */
function editedPrompt({ cause, item }: StepContext): string | null {
  const isForThis = cause?.type === 'retry_step' && cause.payload.itemId === item.id;
  return isForThis ? String(cause.payload.prompt) : null;
}

/** The step's branch, from the development branch, with the branches of the steps it depends on merged in. */
async function prepareBranch(context: StepContext, plan: KeptPlan, step: DecomposedStep) {
  const { workflow, db, perform } = context;
  const repository = workflow.repository();
  const branch = stepBranchOf(step);
  const dev = await perform('dev', readBranch.with({ repository, branch: workflow.devBranchName ?? '' }));
  const created = await perform('branch', createBranch.with({ repository, branch, sha: dev.sha }));
  const dependsOn = plan.dependsOn(step.id);
  let baseSha = created.sha;
  for (const id of dependsOn) {
    const dependency = stepOf(plan, id);
    const { stepNumber, branchName } = dependency;
    baseSha = await merge(context, `merge-${stepNumber}`, branch, dependency, branchName ?? '');
    const moved = await headInLaterAttempt(context, dependency);
    // into what is done already: its agent is not asked anew because of it, so `baseSha` stays
    if (moved) await merge(context, `merge-${stepNumber}/again`, branch, dependency, moved);
  }
  await db.task(async (em) => (await em.findOneOrFail(DecomposedStep, step.id)).begin(branch));
  // not as the branch is now: in a workflow restored from a backup, or tried again, the agent may have pushed to it already,
  // and then seem to have changed nothing
  return { repository, branch, baseSha };
}

/** @param head a branch or a commit; gives the commit that the branch is at then */
async function merge(
  { workflow, perform }: StepContext,
  key: string,
  base: string,
  { stepNumber, stepName }: DecomposedStep,
  head: string,
): Promise<string> {
  const repository = workflow.repository();
  const message = `Merge step ${stepNumber}: ${stepName}`;
  const merged = await perform(key, mergeBranch.with({ repository, base, head, message }));
  if (merged.outcome === 'merged') return merged.sha;
  throw new PermanentFailure(`The steps it depends on contradict each other: ${merged.reason}`);
}

/**
 * Where the branch of a step is that may have been done again since it was merged; null where there is nothing to take in:
 * in the first attempt, of a step that is merged into the development branch, or where the branch is gone.
 */
async function headInLaterAttempt(
  { workflow, perform, version, attempt }: StepContext,
  { stepNumber, branchName, status }: DecomposedStep,
): Promise<string | null> {
  if (version < 2 || attempt === 1 || status === 'completed') return null;
  const branch = branchName ?? '';
  try {
    const { sha } = await perform(
      `merge-${stepNumber}/head`,
      readBranch.with({ repository: workflow.repository(), branch }),
    );
    return sha;
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error;
    return null;
  }
}

/** The pull request that the agent opened by itself, pointed at the development branch; otherwise one of ours. */
async function pullRequestFor(
  context: StepContext,
  step: DecomposedStep,
  workspace: { repository: { owner: string; name: string }; branch: string; baseSha: string },
  answer: Answer,
) {
  const { workflow, perform, version } = context;
  const { repository, branch: head } = workspace;
  const base = workflow.devBranchName ?? '';
  const own = answer.pullRequests.find(({ url }) => version < 2 || isPullRequestOf(repository, url));
  if (own) {
    try {
      return await perform('adopt', adoptPullRequest.with({ repository, number: own.number, base }));
    } catch (error) {
      // what cannot be taken over may still have a branch to be published
      if (version < 2 || !(error instanceof OperationFailed)) throw error;
    }
  }
  await perform('publish', publishBranch.with({ runId: answer.runId, workspace }));
  const title = `Step ${step.stepNumber}: ${step.stepName}`;
  return perform(
    'pull-request',
    openPullRequest.with({ repository, head, base, title, body: await body(context, step) }),
  );
}

async function body(context: StepContext, step: DecomposedStep): Promise<string> {
  const criteria = step.acceptanceCriteria.map((criterion) => `- [ ] ${criterion}`).join('\n');
  const issue = step.linearIssueKey ? `\n\nLinear: [${step.linearIssueKey}](${step.linearIssueUrl})` : '';
  const variables = { description: step.description, criteria, issue };
  const text = await textOf(context, 'step-pull-request', variables);
  return `${text}\n\n<!-- gsw-step:${step.id} -->`;
}

async function promptVariables({ workflow, db }: StepContext, plan: KeptPlan, step: DecomposedStep) {
  const analysis = await db.codebase((em) => em.findOne(AnalysisRun, { workflowId: workflow.id }));
  return {
    planTitle: plan.decomposition.title,
    name: step.stepName,
    description: step.description,
    requirements:
      step.specificRequirements.length > 0
        ? `\n\n${bullets(step.specificRequirements)}`
        : 'nothing beyond this',
    approach: step.implementationApproach ?? 'as you see fit',
    criteria: bullets(step.acceptanceCriteria),
    files: step.files.join('\n'),
    buildCommand: analysis?.buildCommand ?? 'none recognised',
    testCommand: analysis?.testCommand ?? 'none recognised',
  };
}

function stepOf(plan: KeptPlan, id: string): DecomposedStep {
  const step = plan.steps.find((one) => one.id === id);
  if (!step) throw new Error(`the plan has no step ${id}`);
  return step;
}

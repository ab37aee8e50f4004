import { type DurableContext, defineStage } from '../../src/engine/define.ts';
import { textOf } from '../agent/keep-prompt.ts';
import { openPullRequest } from '../operations/github/open-pull-request.ts';
import { readBranch } from '../operations/github/read-branch.ts';
import { readPullRequest } from '../operations/github/read-pull-request.ts';
import { askApproval, expectApproved } from '../plan/approval.ts';
import { currentPlan, type KeptPlan } from '../plan/keep-plan.ts';
import { expectAllDone, markUndone } from '../plan/step-outcomes.ts';
import { mergeStep } from '../steps/merge-step.ts';

/** Merges the steps into the development branch and opens the final pull request, which a person approves. */
export const devBranchManagement = defineStage({
  name: 'dev_branch_management',
  version: 2,
  timeout: '4h',
  async run(context) {
    const { workflow, db, perform, remember, runSteps, attempt } = context;
    const plan = await db.task((em) => currentPlan(em, workflow.id));
    const items = plan.steps.map(({ id, stepName: title }) => ({ id, title, dependsOn: plan.dependsOn(id) }));
    // One at a time: each merge moves the branch that the next one is merged into.
    const outcomes = await runSteps(mergeStep, items, 1);
    await db.task((em) => markUndone(em, outcomes));
    expectAllDone(outcomes, items, 'pull requests were not merged');

    const opened = await perform(
      'final-pull-request',
      openPullRequest.with({
        repository: workflow.repository(),
        head: workflow.devBranchName ?? '',
        base: workflow.githubBranch ?? '',
        title: plan.decomposition.title,
        body: await summaryOf(context, plan),
      }),
    );
    const final = attempt === 1 ? opened : await asItIsNow(context, opened.number);
    await remember({ finalPrNumber: final.number, finalPrUrl: final.url, finalHeadSha: final.headSha });

    if (workflow.options.autoMerge) return;
    const decision = await askApproval(context, 'merge', {
      gate: 'merge',
      waitingOn: `merge approval of pull request #${final.number} at ${final.headSha.slice(0, 8)}`,
    });
    expectApproved(decision, `the merge of pull request #${final.number}`);
  },
});

/** What was opened in an earlier attempt may have got more commits since. */
async function asItIsNow({ workflow, perform, version }: DurableContext, number: number) {
  const repository = workflow.repository();
  const pull = await perform('final-now', readPullRequest.with({ repository, number }));
  if (version < 2 || pull.state !== 'open') return pull;
  // the branch itself is ahead of what GitHub shows on the pull request
  const { sha } = await perform('final-head', readBranch.with({ repository, branch: pull.headBranch }));
  if (sha === pull.headSha) return pull;
  return perform('final-caught-up', readPullRequest.with({ repository, number, head: sha }));
}

async function summaryOf(context: DurableContext, { decomposition, steps }: KeptPlan): Promise<string> {
  const list = steps.map((step) => {
    const issue = step.linearIssueKey ? ` ([${step.linearIssueKey}](${step.linearIssueUrl}))` : '';
    return `${step.stepNumber}. ${step.stepName}${issue}`;
  });
  const issue = decomposition.linearIssueKey
    ? `\n\nLinear: [${decomposition.linearIssueKey}](${decomposition.linearIssueUrl})`
    : '';
  const variables = { summary: decomposition.summary, steps: list.join('\n'), issue };
  const text = await textOf(context, 'final-pull-request', variables);
  return `${text}\n\n<!-- gsw-workflow:${context.workflow.id} -->`;
}

import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { textOf } from '../agent/keep-prompt.ts';
import { awaitChecks } from '../operations/github/await-checks.ts';
import { deleteBranch } from '../operations/github/delete-branch.ts';
import { mergePullRequest } from '../operations/github/merge-pull-request.ts';
import { readPullRequest } from '../operations/github/read-pull-request.ts';
import { commentOnIssue } from '../operations/linear/comment-on-issue.ts';
import { setIssueState } from '../operations/linear/set-issue-state.ts';
import { stepBranchOf } from '../plan/branches.ts';
import { keepMetrics } from '../plan/keep-metrics.ts';
import { currentPlan } from '../plan/keep-plan.ts';

/** Merges the final pull request, closes the Linear issues, deletes the branches and writes the figures. */
export const completion = defineStage({
  name: 'completion',
  version: 2,
  timeout: '3h',
  async run(context) {
    const { workflow, db, perform, performAll, version } = context;
    const repository = workflow.repository();
    const number = workflow.finalPrNumber ?? 0;
    const approved = workflow.finalHeadSha ?? '';
    const { decomposition, steps } = await db.task((em) => currentPlan(em, workflow.id));

    const pull = await perform('pull', readPullRequest.with({ repository, number }));
    // whoever merged it himself has decided about the checks
    if (version < 2 || pull.state !== 'merged') {
      const { checks } = await perform(
        'checks',
        awaitChecks.with({ repository, sha: approved, baseBranch: pull.baseBranch }),
      );
      const failing = checks.filter((check) => check.state === 'failure' && check.isRequired);
      if (failing.length > 0) {
        throw new PermanentFailure(
          `Pull request #${number} cannot be merged: ${failing.map((check) => check.name).join(', ')} failed.`,
        );
      }
    }
    const merged = await perform(
      'merge',
      mergePullRequest.with({
        repository,
        number,
        headSha: approved,
        title: `${decomposition.title} (#${number})`,
        base: version >= 2 ? workflow.githubBranch : null,
      }),
    );
    if (merged.outcome !== 'merged') {
      const press = merged.isBehind
        ? `press "Update branch" on ${pull.url}, for it lacks commits of its base, and `
        : '';
      const wayOut =
        merged.isBehind || merged.outcome === 'head-moved'
          ? ` To merge it as it is now, ${press}give \`gsw rerun ${workflow.id} --from dev_branch_management\`: its approval is asked for anew.`
          : '';
      throw new PermanentFailure(`Pull request #${number} cannot be merged: ${merged.reason}${wayOut}`);
    }

    const issues = [decomposition.linearIssueId, ...steps.map((step) => step.linearIssueId)].flatMap(
      (id) => id ?? [],
    );
    const note = await textOf(context, 'completion-comment', {
      branch: pull.baseBranch,
      number: String(number),
      url: pull.url,
    });
    await performAll(issues, (issueId) => [
      `comment-${issueId}`,
      commentOnIssue.with({ issueId, body: note }),
    ]);
    await performAll(issues, (issueId) => [
      `close-${issueId}`,
      setIssueState.with({ issueId, type: 'completed' }),
    ]);

    const ofSteps = steps.flatMap((step) => [stepBranchOf(step), step.branchName]);
    const branches = [...new Set([...ofSteps, workflow.devBranchName])].flatMap((name) => name ?? []);
    await performAll(branches, (branch) => [`delete-${branch}`, deleteBranch.with({ repository, branch })]);
    await db.task(async (em) =>
      (await em.findOneOrFail(RequirementDocument, { workflowId: workflow.id })).implemented(),
    );
    await keepMetrics(db, workflow);
  },
});

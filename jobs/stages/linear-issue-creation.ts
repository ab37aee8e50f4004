import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { defineStage } from '../../src/engine/define.ts';
import { bullets } from '../../src/prompts/render.ts';
import { textOf } from '../agent/keep-prompt.ts';
import { createIssue } from '../operations/linear/create-issue.ts';
import { ensureLabel } from '../operations/linear/ensure-label.ts';
import { readTeam } from '../operations/linear/read-team.ts';
import { relateIssues } from '../operations/linear/relate-issues.ts';
import { cancelDroppedIssues } from '../plan/dropped-steps.ts';
import { currentPlan } from '../plan/keep-plan.ts';

/** Creates the main Linear issue and one sub-issue per step, related by `blocks`, all linked back to the workflow. */
export const linearIssueCreation = defineStage({
  name: 'linear_issue_creation',
  version: 2,
  timeout: '3h',
  async run(context) {
    const { workflow, db, perform, performAll, remember, version } = context;
    const { decomposition, steps, dependsOn } = await db.task((em) => currentPlan(em, workflow.id));
    const team = await perform('team', readTeam.with({}));
    // not the label that people start workflows with: there may be others that listen for that
    const name = version >= 2 ? 'gsw-workflow' : 'gsw';
    const { labelId } = await perform('label', ensureLabel.with({ teamId: team.id, name }));
    const common = { teamId: team.id, labelIds: [labelId] };
    const origin = {
      workflow: workflow.id,
      repository: `${workflow.githubOwner}/${workflow.githubRepoName}`,
    };

    const main = await perform(
      'main',
      createIssue.with({
        ...common,
        title: decomposition.title,
        description: await textOf(context, 'linear-main-issue', {
          ...origin,
          summary: decomposition.summary,
          steps: outline(steps),
        }),
      }),
    );
    const texts = new Map<string, string>();
    for (const { id, description, acceptanceCriteria } of steps) {
      const variables = { ...origin, description, criteria: bullets(acceptanceCriteria) };
      texts.set(id, await textOf(context, 'linear-step-issue', variables));
    }
    const subs = await performAll(steps, (step) => [
      step.place(),
      createIssue.with({
        ...common,
        parentId: main.id,
        title: step.stepName,
        description: texts.get(step.id) ?? '',
      }),
    ]);
    const issueOf = new Map(steps.map((step, index) => [step.id, subs[index]]));
    const edges = steps.flatMap((step) => dependsOn(step.id).map((on) => ({ step: step.id, on })));
    await performAll(edges, ({ step, on }) => [
      `blocks-${on}-${step}`,
      relateIssues.with({
        issueId: issueOf.get(on)?.id ?? '',
        blocksIssueId: issueOf.get(step)?.id ?? '',
      }),
    ]);

    await cancelDroppedIssues(context);

    await db.task(async (em) => {
      const kept = await em.findOneOrFail(RequirementDecomposition, decomposition.id);
      kept.recordIssue(main);
      for (const step of await em.find(DecomposedStep, { decompositionId: decomposition.id })) {
        const sub = issueOf.get(step.id);
        if (sub) step.recordIssue(sub);
      }
    });
    await remember({
      linearMainIssueId: main.id,
      linearMainIssueKey: main.identifier,
      linearMainIssueUrl: main.url,
    });
  },
});

const outline = (steps: readonly DecomposedStep[]): string =>
  steps.map((step) => `${step.stepNumber}. ${step.stepName}`).join('\n');

/** What the workflows that this one follows have merged already: it plans only the difference. */
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { StageContext } from '../../src/engine/define.ts';
import { bullets } from '../../src/prompts/render.ts';

type Planned = { title: string; merged: DecomposedStep[]; open: DecomposedStep[] };

export type WorkDone = {
  /** Latest first. */
  plans: Planned[];
  /** Names of the steps that are merged. */
  steps: string[];
};

/** How far back is looked. */
const generations = 20;

export async function workDone({ workflow, db }: StageContext): Promise<WorkDone> {
  const followed: WorkflowExecution[] = [];
  for (let id = workflow.followsId; id && followed.length < generations; ) {
    const one: WorkflowExecution | null = await db.workflows((em) =>
      em.findOne(WorkflowExecution, id as string),
    );
    if (one) followed.push(one);
    id = one?.followsId;
  }
  const plans = await db.task(async (em) => {
    const found: Planned[] = [];
    for (const { id, status } of followed) {
      const plan = await em.findOne(RequirementDecomposition, { workflowId: id });
      if (!plan) continue;
      const steps = await em.find(
        DecomposedStep,
        { decompositionId: plan.id, droppedAt: null },
        { orderBy: { stepNumber: 'asc' } },
      );
      // merged into its development branch is merged only when that is
      const isMerged = (step: DecomposedStep) => status === 'completed' && step.status === 'completed';
      const merged = steps.filter(isMerged);
      found.push({ title: plan.title, merged, open: steps.filter((step) => !isMerged(step)) });
    }
    return found;
  });
  return { plans, steps: plans.flatMap(({ merged }) => merged.map(({ stepName }) => stepName)) };
}

/** For the prompt; nothing where it follows no workflow. */
export function toldDone({ plans }: WorkDone): string {
  if (plans.length === 0) return '';
  const told = plans.map(({ title, merged, open }) =>
    [
      `Plan “${title}”`,
      ...(merged.length > 0 ? ['Merged:', bullets(merged.map(inWords))] : []),
      ...(open.length > 0 ? ['Not merged:', bullets(open.map(({ stepName }) => stepName))] : []),
    ].join('\n'),
  );
  return `
Earlier work on this repository went before this requirement. Plan only the difference: what is merged is there, and must
not be planned again. Where nothing is left to do, answer with an empty list of steps.

<done>
${told.join('\n\n')}
</done>
`;
}

const inWords = ({ stepName, files }: DecomposedStep): string =>
  files.length > 0 ? `${stepName} (${files.join(', ')})` : stepName;

/** `/v1/workflows/:id/steps` and `/v1/steps/:id`: what a plan was split into, and what became of it. */
import { z } from 'zod';
import { DecomposedStep } from '../../../entities/task/decomposed-step.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { Problem } from '../problem.ts';
import { readSteps } from '../read-steps.ts';
import { defineRoute } from '../route.ts';
import { milliseconds } from '../times.ts';
import { stepWords, wordsOf } from '../views/plan-view.ts';
import { stepSchema } from '../views/step-view.ts';

const stepDetailSchema = stepSchema
  .extend({
    workflowId: z.uuid(),
    words: z.object(stepWords).nullable().describe('What the plan says of it; null where it has none.'),
    actualEffortMs: milliseconds
      .nullable()
      .describe('How long agents worked on it, repairs and reviews included; known once it is merged.'),
  })
  .meta({ id: 'StepDetail' });

const list = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id/steps',
  name: 'listSteps',
  tag: 'plans',
  summary: 'List the steps of a workflow, in the order of its plan',
  ids: { id: 'workflow' },
  answer: z.object({ items: z.array(stepSchema) }).meta({ id: 'StepList' }),
  handle: async ({ db, id }) => ({ items: (await readSteps(db, id())).steps }),
});

const get = defineRoute({
  method: 'get',
  path: '/v1/steps/:id',
  name: 'getStep',
  tag: 'plans',
  summary: 'Look at a step: what is to be done, and how far it is',
  description: 'Steps that a later plan of the workflow left out are not found any more.',
  ids: { id: 'step' },
  answer: stepDetailSchema,
  handle: async ({ db, id }) => {
    const planned = await db.task((em) => em.findOne(DecomposedStep, { id: id() }));
    const execution = planned
      ? null
      : await db.workflows((em) =>
          em.findOne(WorkflowStepExecution, { itemId: id() }, { orderBy: { createdAt: 'desc' } }),
        );
    const workflowId = planned?.workflowId ?? execution?.workflowExecutionId;
    const found = workflowId && (await readSteps(db, workflowId)).steps.find((step) => step.id === id());
    if (!workflowId || !found) throw new Problem('not-found', `There is no step ${id()}.`);
    return {
      ...found,
      workflowId,
      words: planned ? wordsOf(planned) : null,
      actualEffortMs: planned?.actualEffortMs ?? null,
    };
  },
});

export const stepRoutes = [list, get];

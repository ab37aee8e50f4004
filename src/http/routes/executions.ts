/** `/v1/workflows/:id/executions` and `/v1/executions/:id`: what agents were asked, and what they answered. */
import { z } from 'zod';
import { ExecutionEnhancement } from '../../../entities/prompts/execution-enhancement.ts';
import { executionStates, PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import { redact, redactAll } from '../../security/redact.ts';
import { expectWorkflow } from '../expect-workflow.ts';
import { afterInOrder, cursorAfter, inOrder, linked, pageOf, pageQuery, pageSchema } from '../pages.ts';
import { Problem } from '../problem.ts';
import { text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';
import { executionSchema, executionView } from '../views/execution-view.ts';

const executionDetailSchema = executionSchema
  .extend({
    prompt: z.string().describe('As sent, enhancements included.'),
    response: z
      .string()
      .nullable()
      .describe('As answered; null while the agent works or where it gave none.'),
    parsed: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What was read from the answer, such as a plan or a review.'),
    enhancementIds: z.array(z.uuid()).describe('The rules that were applied to the prompt, in their order.'),
  })
  .meta({ id: 'ExecutionDetail', description: 'What looks like a key or a token is left out of the texts.' });

const executionsQuery = z.strictObject({
  status: z.enum(executionStates, `This should be one of: ${executionStates.join(', ')}.`).optional(),
  purpose: text(50).min(1).optional().describe('`decompose`, `step`, `review`, `repair`.'),
  step: z.uuid('This should be the id of a step.').optional(),
  ...pageQuery,
});

const list = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id/executions',
  name: 'listExecutions',
  tag: 'operations',
  summary: 'List what agents were asked for a workflow, in order, without the texts',
  ids: { id: 'workflow' },
  query: executionsQuery,
  answer: pageSchema(executionSchema).meta({ id: 'ExecutionPage' }),
  handle: async ({ db, id, query, req, res }) => {
    const { status, purpose, step, limit, cursor } = query;
    await expectWorkflow(db, id());
    const rows = await db.prompts((em) =>
      em.find(
        PromptExecution,
        {
          workflowId: id(),
          ...(status ? { status } : {}),
          ...(purpose ? { purpose } : {}),
          ...(step ? { stepId: step } : {}),
          ...afterInOrder(cursor),
        },
        { orderBy: inOrder(), limit: limit + 1, exclude: ['prompt', 'response', 'parsed'] },
      ),
    );
    return linked(req, res, pageOf(rows, limit, executionView, cursorAfter));
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/executions/:id',
  name: 'getExecution',
  tag: 'operations',
  summary: 'Read a prompt as it was sent, the answer, and how good it was',
  ids: { id: 'execution' },
  answer: executionDetailSchema,
  handle: async ({ db, id }) => {
    const found = await db.prompts(async (em) => {
      const row = await em.findOne(PromptExecution, { id: id() });
      if (!row) return null;
      const enhancements = await em.find(
        ExecutionEnhancement,
        { executionId: row.id },
        { orderBy: { position: 'asc' } },
      );
      return { row, enhancements };
    });
    if (!found) throw new Problem('not-found', `There is no execution ${id()}.`);
    const { row, enhancements } = found;
    return {
      ...executionView(row),
      prompt: redact(row.prompt),
      response: row.response == null ? null : redact(row.response),
      parsed: redactAll(row.parsed ?? null) as Record<string, unknown> | null,
      enhancementIds: enhancements.map(({ enhancementId }) => enhancementId),
    };
  },
});

export const executionRoutes = [list, get];

/** `/v1/workflows/:id/operations` and `/v1/operations/:id`: the ledger of what was done to the outside world. */
import { z } from 'zod';
import { IntegrationOperation } from '../../../entities/workflows/integration-operation.ts';
import { type Operation, operationStates } from '../../../entities/workflows/operation.ts';
import { ledgerOf, services } from '../../engine/engine.ts';
import { redactAll } from '../../security/redact.ts';
import { afterInOrder, cursorAfter, inOrder, linked, pageOf, pageQuery, pageSchema } from '../pages.ts';
import { Problem } from '../problem.ts';
import { readSteps } from '../read-steps.ts';
import { text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';
import { operationSchema, operationView } from '../views/operation-view.ts';

const operationDetailSchema = operationSchema
  .extend({
    workflowId: z.uuid(),
    input: z.record(z.string(), z.unknown()).describe('What was asked for.'),
    output: z.record(z.string(), z.unknown()).nullable().describe('The receipt; null until it succeeds.'),
  })
  .meta({
    id: 'OperationDetail',
    description: 'What looks like a key or a token is left out of input and output.',
  });

const operationsQuery = z.strictObject({
  status: z.enum(operationStates, `This should be one of: ${operationStates.join(', ')}.`).optional(),
  service: z.enum(services, `This should be one of: ${services.join(', ')}.`).optional(),
  type: text(100).min(1).optional().describe('Verb and noun, such as `open-pull-request`.'),
  step: z.uuid('This should be the id of a step.').optional(),
  ...pageQuery,
});

const list = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id/operations',
  name: 'listOperations',
  tag: 'operations',
  summary: 'List what a workflow did to the outside world, in the order in which it was wanted',
  ids: { id: 'workflow' },
  query: operationsQuery,
  answer: pageSchema(operationSchema).meta({ id: 'OperationPage' }),
  handle: async ({ db, id, query, req, res }) => {
    const { status, service, type, step, limit, cursor } = query;
    const { stages, steps } = await readSteps(db, id());
    const rows = await db.workflows((em) =>
      em.find(
        IntegrationOperation,
        {
          workflowExecutionId: id(),
          ...(status ? { status } : {}),
          ...(service ? { service } : {}),
          ...(type ? { operationType: type } : {}),
          // of the function that works on it, such as `execute-step/<id>`
          ...(step ? { scope: { $like: `%/${step.toLowerCase()}` } } : {}),
          ...afterInOrder(cursor),
        },
        { orderBy: inOrder(), limit: limit + 1 },
      ),
    );
    return linked(
      req,
      res,
      pageOf(rows, limit, (row) => operationView(row, stages, steps), cursorAfter),
    );
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/operations/:id',
  name: 'getOperation',
  tag: 'operations',
  summary: 'Look at one operation: what was asked for, and its receipt',
  ids: { id: 'operation' },
  answer: operationDetailSchema,
  handle: async ({ db, id }) => {
    const found = await db.workflows(async (em) => {
      const row = await em.findOne(IntegrationOperation, { id: id() });
      if (!row) return null;
      const ledger: Operation = await em.findOneOrFail(ledgerOf[row.service], id());
      return { row, input: ledger.input, output: ledger.output ?? null };
    });
    if (!found) throw new Problem('not-found', `There is no operation ${id()}.`);
    const { row, input, output } = found;
    const { stages, steps } = await readSteps(db, row.workflowExecutionId);
    const detail = { ...operationView(row, stages, steps), workflowId: row.workflowExecutionId };
    return { ...detail, input: redactAll(input), output: redactAll(output) } as z.input<
      typeof operationDetailSchema
    >;
  },
});

export const operationRoutes = [list, get];

/** `/v1/workflows`: put workflows in, look at them, answer their questions, hold, end and repeat them. */
import { setBudget } from '../../engine/budget/set-budget.ts';
import { enqueueWorkflow } from '../../engine/enqueue.ts';
import { cancellationPreview, cancellationSchema } from '../cancellation-preview.ts';
import { listWorkflows, workflowPageSchema } from '../list-workflows.ts';
import { linked } from '../pages.ts';
import { Problem } from '../problem.ts';
import { budgetRequest } from '../requests/budget-requests.ts';
import {
  cancellationQuery,
  payloadOf,
  signalRequest,
  workflowRequest,
  workflowsQuery,
} from '../requests/workflow-requests.ts';
import { type Asked, defineRoute } from '../route.ts';
import { replayed } from '../route-router.ts';
import { sendSignal, signalSchema } from '../send-signal.ts';
import { type WorkflowView, workflowSchema, workflowView } from '../views/workflow-view.ts';

const list = defineRoute({
  method: 'get',
  path: '/v1/workflows',
  name: 'listWorkflows',
  tag: 'workflows',
  summary: 'List workflows, newest first',
  description: 'A page at a time; the header `Link` has the address of the next one.',
  query: workflowsQuery,
  answer: workflowPageSchema,
  handle: async ({ db, query, req, res }) => linked(req, res, await listWorkflows(db, query)),
});

const enqueue = defineRoute({
  method: 'post',
  path: '/v1/workflows',
  name: 'enqueueWorkflow',
  tag: 'workflows',
  summary: 'Put a workflow in',
  description:
    'It begins as soon as its organisation has a free place. `Location` is where it can be followed.',
  idempotent: true,
  body: workflowRequest,
  status: 202,
  answer: workflowSchema,
  problems: {
    409: 'What it asks for cannot be had now, such as a workflow to follow that is not over.',
    429: 'Too many workflows of the organisation are in line; `Retry-After` says when to try again.',
  },
  handle: async ({ engine, db, caller, body, idempotencyKey, res }) => {
    const { organizationId, keyName } = caller;
    const asked = { ...body, organizationId, idempotencyKey, createdBy: keyName };
    const { workflow, created } = await enqueueWorkflow(engine, asked);
    replayed(res, !created);
    res.location(`/v1/workflows/${workflow.id}`);
    return view(db, workflow.id);
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id',
  name: 'getWorkflow',
  tag: 'workflows',
  summary: 'Look at a workflow: where it is, why it stopped',
  ids: { id: 'workflow' },
  answer: workflowSchema,
  handle: ({ db, id }) => view(db, id()),
});

const budget = defineRoute({
  method: 'put',
  path: '/v1/workflows/:id/budget',
  name: 'setBudget',
  tag: 'workflows',
  summary: 'Change what a workflow may spend',
  description: 'What is left out stays, null takes a limit away. One that waits because it is spent goes on.',
  ids: { id: 'workflow' },
  body: budgetRequest,
  answer: workflowSchema,
  problems: { 409: 'The workflow is over.' },
  handle: async ({ engine, db, caller, id, body }) => {
    const { reason, ...change } = body;
    const { organizationId, keyName: actor } = caller;
    await setBudget(engine, { organizationId, workflowId: id(), change, reason, actor });
    return view(db, id());
  },
});

const signal = defineRoute({
  method: 'post',
  path: '/v1/workflows/:id/signals',
  name: 'signalWorkflow',
  tag: 'workflows',
  summary: 'Tell a workflow something: an answer, or what to do next',
  ids: { id: 'workflow' },
  idempotent: true,
  body: signalRequest,
  status: 202,
  answer: signalSchema,
  problems: {
    403: 'Who sends it may not decide this.',
    409: 'The workflow takes no such signal now, and why.',
  },
  handle: async ({ engine, caller, id, body, idempotencyKey, res }) => {
    const sent = await sendSignal(engine, {
      type: body.type,
      gate: 'gate' in body ? body.gate : undefined,
      reason: body.reason,
      payload: payloadOf(body),
      organizationId: caller.organizationId,
      workflowId: id(),
      actor: caller.keyName,
      idempotencyKey,
    });
    replayed(res, sent.replayed);
    res.location(`/v1/workflows/${id()}`);
    return sent.signal;
  },
});

const cancellation = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id/cancellation',
  name: 'previewCancellation',
  tag: 'workflows',
  summary: 'See what cancelling would touch, before anybody does it',
  ids: { id: 'workflow' },
  query: cancellationQuery,
  answer: cancellationSchema,
  problems: { 409: 'There is nothing to cancel.' },
  handle: ({ engine, db, id, query }) => cancellationPreview(db, engine.catalogue, id(), query),
});

async function view(db: Asked<unknown, unknown>['db'], id: string): Promise<WorkflowView> {
  const found = await workflowView(db, id);
  if (!found) throw new Problem('not-found', `There is no workflow ${id}.`);
  return found;
}

export const workflowRoutes = [list, enqueue, get, budget, signal, cancellation];

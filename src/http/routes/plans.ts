/** `/v1/workflows/:id/plan`: what the requirements were split into; people change it and decide about it. */
import { editPlan, expectPlanVersion } from '../../plans/edit-plan.ts';
import { tagged } from '../etag.ts';
import { Problem } from '../problem.ts';
import { readPlan } from '../read-plan.ts';
import { decisionRequest, type PlanRequest, planRequest } from '../requests/plan-requests.ts';
import { type Asked, defineRoute } from '../route.ts';
import { replayed } from '../route-router.ts';
import { sendSignal, signalSchema } from '../send-signal.ts';
import { type PlanView, planSchema, planView } from '../views/plan-view.ts';

const path = '/v1/workflows/:id/plan';
const ids = { id: 'workflow' };

const get = defineRoute({
  method: 'get',
  path,
  name: 'getPlan',
  tag: 'plans',
  summary: 'Read the plan of a workflow, with its steps and what they depend on',
  ids,
  answer: planSchema,
  handle: (asked) => shown(asked),
});

const edit = defineRoute({
  method: 'put',
  path,
  name: 'editPlan',
  tag: 'plans',
  summary: 'Put another plan in place of the proposed one',
  description:
    'While it waits for approval. Send the whole plan: steps of the same name stay themselves, those that are not named are left out, and ' +
    'the order of the list is that of the plan.',
  ids,
  versioned: true,
  body: planRequest,
  answer: planSchema,
  problems: { 409: 'The plan does not wait for approval.' },
  handle: async (asked) => {
    const { db, caller, body, ifMatch } = asked;
    await editPlan(db, asked.id(), editOf(body), { actor: caller.keyName, version: ifMatch });
    return shown(asked);
  },
});

const decision = (type: 'approve' | 'reject', summary: string) =>
  defineRoute({
    method: 'post',
    path: `${path}/${type}`,
    name: `${type}Plan`,
    tag: 'plans',
    summary,
    description:
      'With `If-Match`, only the very plan that was seen. It is the signal of that name to the gate `plan`.',
    ids,
    versioned: true,
    idempotent: true,
    body: decisionRequest,
    status: 202,
    answer: signalSchema,
    problems: {
      403: 'Who sends it may not decide this.',
      409: 'The plan does not wait for approval.',
    },
    handle: async ({ engine, db, caller, id, body, ifMatch, idempotencyKey, res }) => {
      const request = {
        type,
        gate: 'plan',
        reason: body.reason,
        organizationId: caller.organizationId,
        workflowId: id(),
        actor: caller.keyName,
        idempotencyKey,
      };
      const sent = await sendSignal(engine, request, () => expectPlanVersion(db, id(), ifMatch));
      replayed(res, sent.replayed);
      if (ifMatch !== undefined) res.set('ETag', `"${ifMatch}"`);
      res.location(`/v1/workflows/${id()}`);
      return sent.signal;
    },
  });

const approve = decision('approve', 'Approve the plan');
const reject = decision('reject', 'Reject the plan: the workflow fails with the reason given');

async function shown({ db, id, res }: Asked<unknown, unknown>): Promise<PlanView> {
  const view = planView(await db.task((em) => readPlan(em, id())));
  if (!view) throw new Problem('not-found', `There is no workflow ${id()}, or it has no plan yet.`);
  return tagged(res, view);
}

const editOf = ({ title, summary, steps }: PlanRequest) => ({
  title,
  summary,
  steps: steps.map(({ name, requirements, approach, ...rest }) => ({
    stepName: name,
    specificRequirements: requirements,
    implementationApproach: approach,
    ...rest,
  })),
});

export const planRoutes = [get, edit, approve, reject];

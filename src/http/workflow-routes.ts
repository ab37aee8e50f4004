/** `/v1/workflows`: put workflows in, look at them, answer their questions, hold, end and repeat them. */
import { type Request, type Response, Router } from 'express';
import { setBudget } from '../engine/budget/set-budget.ts';
import type { Engine } from '../engine/engine.ts';
import { enqueueWorkflow } from '../engine/enqueue.ts';
import { allows } from './allows.ts';
import { byOf, callerOf } from './authenticate.ts';
import { budgetRequest } from './budget-requests.ts';
import { cancellationPreview } from './cancellation-preview.ts';
import { listWorkflows } from './list-workflows.ts';
import { idIn } from './paths.ts';
import { Problem } from './problem.ts';
import { sendSignal } from './send-signal.ts';
import { bodyOf, idempotencyKeyOf, queryOf } from './validate.ts';
import {
  cancellationQuery,
  payloadOf,
  signalRequest,
  workflowRequest,
  workflowsQuery,
} from './workflow-requests.ts';
import { type WorkflowView, workflowView } from './workflow-view.ts';

type App = Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>;

const idOf = (req: Request): string => idIn(req, 'workflow');

/** Behind `authenticate` and a JSON parser. */
export function workflowRoutes(engine: App): Router {
  const router = Router();
  const dbOf = (res: Response) => engine.databases.inOrganization(callerOf(res).organizationId);
  const inTheNameOfCaller = (res: Response): App => ({
    ...engine,
    databases: engine.databases.as(byOf(res)),
  });

  const view = async (res: Response, id: string): Promise<WorkflowView> => {
    const found = await workflowView(dbOf(res), id);
    if (!found) throw new Problem('not-found', `There is no workflow ${id}.`);
    return found;
  };

  router
    .route('/')
    .get(async (req, res) => {
      const page = await listWorkflows(dbOf(res), queryOf(req, workflowsQuery));
      if (page.nextCursor) {
        const next = new URLSearchParams({
          ...(req.query as Record<string, string>),
          cursor: page.nextCursor,
        });
        res.links({ next: `${req.baseUrl}?${next}` });
      }
      res.json(page);
    })
    .post(async (req, res) => {
      const idempotencyKey = idempotencyKeyOf(req);
      const { organizationId, keyName } = callerOf(res);
      const { workflow, created } = await enqueueWorkflow(inTheNameOfCaller(res), {
        ...bodyOf(req, workflowRequest),
        organizationId,
        idempotencyKey,
        createdBy: keyName,
      });
      replied(res, !created)
        .location(`${req.baseUrl}/${workflow.id}`)
        .json(await view(res, workflow.id));
    })
    .all(allows('GET, POST'));

  router
    .route('/:id')
    .get(async (req, res) => void res.json(await view(res, idOf(req))))
    .all(allows('GET'));

  router
    .route('/:id/budget')
    .put(async (req, res) => {
      const { organizationId, keyName } = callerOf(res);
      const workflowId = idOf(req);
      const { reason, ...change } = bodyOf(req, budgetRequest);
      await setBudget(inTheNameOfCaller(res), { organizationId, workflowId, change, reason, actor: keyName });
      res.json(await view(res, workflowId));
    })
    .all(allows('PUT'));

  router
    .route('/:id/signals')
    .post(async (req, res) => {
      const { organizationId, keyName } = callerOf(res);
      const id = idOf(req);
      const idempotencyKey = idempotencyKeyOf(req);
      const body = bodyOf(req, signalRequest);
      const { signal, replayed } = await sendSignal(inTheNameOfCaller(res), {
        type: body.type,
        gate: 'gate' in body ? body.gate : undefined,
        reason: body.reason,
        payload: payloadOf(body),
        organizationId,
        workflowId: id,
        actor: keyName,
        idempotencyKey,
      });
      replied(res, replayed).location(`/v1/workflows/${id}`).json(signal);
    })
    .all(allows('POST'));

  router
    .route('/:id/cancellation')
    .get(async (req, res) => {
      const policy = queryOf(req, cancellationQuery);
      res.json(await cancellationPreview(dbOf(res), engine.catalogue, idOf(req), policy));
    })
    .all(allows('GET'));

  return router;
}

const replied = (res: Response, replayed: boolean): Response => {
  if (replayed) res.set('Idempotency-Replayed', 'true');
  return res.status(202);
};

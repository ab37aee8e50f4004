/**
 * What may be done to jobs through the queue board: have one that failed done again, and let one run that is put off. All
 * else that the board has buttons for (clean, empty, obliterate, pause, add, edit) is refused here, also what later versions of it may
 * bring: PostgreSQL is the truth, and what is changed in the queue alone is changed back, or lost.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { noteDeed } from '../../audit/note.ts';
import type { Engine } from '../../engine/engine.ts';
import { type JobAction, jobsIn, promotionOf, retryOf } from '../../engine/job-actions.ts';
import type { JobAddress } from '../../engine/queue-backend.ts';
import { Refusal } from '../../engine/refusal.ts';
import { byOf, callerOf, reads } from '../authenticate.ts';
import { permits } from '../permits.ts';
import { Problem, problemHandler } from '../problem.ts';
import { queueOf } from './groups.ts';

type ActingEngine = Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>;

type Verb = 'retried' | 'promoted';

const actions = { retried: retryOf, promoted: promotionOf };

/** So many jobs of a queue are taken in one request. */
const atOnce = 500;

export function jobRequests(engine: ActingEngine): Router {
  const router = Router();
  router.use(mayAct);
  router.put('/api/queues/:queue/retry/failed', all(engine, 'retried', 'failed'));
  router.put('/api/queues/:queue/promote', all(engine, 'promoted', 'delayed'));
  router.put('/api/queues/:queue/:job/retry', one(engine, 'retried'));
  router.put('/api/queues/:queue/:job/promote', one(engine, 'promoted'));
  router.use(nothingElse);
  // the board shows `error` where it is a text
  router.use(problemHandler(engine.logger, ({ message }) => ({ error: message })));
  return router;
}

const operators = permits('operator', 'operations:write');

const mayAct: RequestHandler = (req, res, next) => (reads(req) ? next() : operators(req, res, next));

const nothingElse: RequestHandler = (req, _res, next) => {
  if (reads(req)) return next();
  throw new Problem(
    'method-not-allowed',
    'Jobs can be retried and promoted here, and nothing else: the rows in PostgreSQL are the truth, and the queue follows them. ' +
      'To hold or end a workflow use `gsw pause` and `gsw cancel`.',
    { headers: { Allow: 'GET, HEAD' } },
  );
};

const one =
  (engine: ActingEngine, verb: Verb): RequestHandler =>
  async (req, res) => {
    const { queue, job } = req.params as { queue: string; job: string };
    await act(engine, verb, { queue: queueOf(queue), id: job }, res);
    res.status(204).end();
  };

/** Takes one after the other, and tells of those that were left as they are. */
const all =
  (engine: ActingEngine, verb: Verb, state: 'failed' | 'delayed'): RequestHandler =>
  async (req: Request, res: Response) => {
    const queue = queueOf(String(req.params.queue));
    const jobs = await jobsIn(engine, queue, state, atOnce);
    const workflows = new Set<string>();
    const refused: string[] = [];
    let done = 0;
    for (const { id = '', data } of jobs) {
      // others of its stage go on with it
      if (verb === 'retried' && workflows.has(data?.workflowId)) done += 1;
      else {
        const taken = await act(engine, verb, { queue, id }, res).catch(refusalOf);
        if (taken instanceof Refusal) refused.push(taken.message);
        else done += 1;
        if (!(taken instanceof Refusal) && taken.workflowId) workflows.add(taken.workflowId);
      }
    }
    if (refused.length > 0) {
      throw new Problem(
        'conflict',
        `${done} of ${jobs.length} jobs were ${verb}; the others are left as they are. ${refused[0]}`,
      );
    }
    res.json({ [verb]: done, skipped: 0 });
  };

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** The audit log has it before it is done: what was done without a trace would be worse than a trace of what failed. */
async function act(engine: ActingEngine, verb: Verb, address: JobAddress, res: Response): Promise<JobAction> {
  const by = byOf(res);
  const caller = callerOf(res);
  const acting = { ...engine, databases: engine.databases.as(by) };
  const action = await actions[verb](acting, address);
  const { job, workflowId } = action;
  const organizationId = action.organizationId ?? caller.organizationId;
  await engine.databases.inOrganization(organizationId).events((em) =>
    noteDeed(em, {
      organizationId,
      by,
      action: `job.${verb}`,
      subjectType: `queue.${job.queue}`,
      subjectId: job.id,
      facts: { job: job.name, ...(workflowId ? { workflowId } : {}) },
      source: 'queue-board',
    }),
  );
  await action.carryOut(by.name);
  return action;
}

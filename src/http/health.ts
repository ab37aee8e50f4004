/** What load balancers and orchestrators ask: does the process live, and can it do its work. */
import { Router } from 'express';
import { troubleHere } from '../engine/fetch-watch.ts';
import { Problem } from './problem.ts';
import type { Readiness } from './readiness.ts';

export function healthRoutes(readiness: Readiness): Router {
  const router = Router();

  // An event loop that is blocked answers nothing, which whoever asks takes for the same.
  router.get('/healthz', (_req, res) => {
    const wrong = troubleHere();
    if (wrong.length > 0) throw new Problem('unavailable', wrong.join(' '));
    res.json({ status: 'alive' });
  });

  router.get('/readyz', async (_req, res) => {
    const wrong = await readiness();
    if (wrong.length > 0)
      throw new Problem('unavailable', wrong.join(' '), { headers: { 'Retry-After': '5' } });
    res.json({ status: 'ready' });
  });

  return router;
}

/** `/webhooks/:provider/:source`: events from other services, signed by them. */
import express, { type Request, Router } from 'express';
import type { Delivery } from '../events/provider.ts';
import { providerNamed } from '../events/providers/index.ts';
import { type Receiver, receive } from '../events/receive.ts';
import { allows } from './allows.ts';
import { idIn } from './paths.ts';
import { Problem } from './problem.ts';

/** As much as Linear sends at most. */
const bodyLimit = 5_000_000;

export function webhookRoutes(receiver: Receiver): Router {
  const router = Router();
  router
    .route('/webhooks/:provider/:source')
    .post(express.raw({ type: 'application/json', limit: bodyLimit, inflate: false }), async (req, res) => {
      const { provider: name = '' } = req.params as { provider?: string };
      const provider = providerNamed(name);
      if (!provider) throw new Problem('not-found', `There are no webhooks of "${name}".`);
      const source = idIn(req, 'source', `source of ${name}`);
      if (!Buffer.isBuffer(req.body)) {
        throw new Problem('unsupported-media-type', 'Have it sent as application/json, uncompressed.');
      }
      const received = await receive(receiver, provider, source, deliveryIn(req));
      if (received.did === 'refused') throw new Problem(received.kind, received.why);
      if (received.did === 'answered') return void res.json(received.reply);
      res.status(received.did === 'stored' ? 202 : 200).json(received);
    })
    .all(allows('POST'));
  return router;
}

const deliveryIn = (req: Request): Delivery => ({
  raw: req.body,
  header: (name) => {
    const value = req.headers[name];
    return typeof value === 'string' ? value : undefined;
  },
  now: Date.now(),
});

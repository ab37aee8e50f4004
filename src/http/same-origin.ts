/** Refuses what another site's page sends in the name of a logged-in browser. */
import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';

const changes = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);

export const fromOurPages: RequestHandler = (req, _res, next) => {
  if (changes(req.method) && !isFromOurPages(req)) {
    throw new Problem(
      'forbidden',
      'This was sent from another site. Open this address itself and try there.',
    );
  }
  next();
};

function isFromOurPages(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return site ? site === 'same-origin' || site === 'none' : isOurOrigin(req);
}

/** Older browsers, and all over plain HTTP, say only where the page came from. */
function isOurOrigin(req: Request): boolean {
  const origin = req.get('origin');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === req.get('host'));
}

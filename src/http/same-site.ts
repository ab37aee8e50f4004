/** Whether a browser sends something from one of our own pages: other sites' pages can send with our cookie, too. */
import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** Refuses forms that another site's page sends: it could log somebody in under a foreign key. */
export const fromOurPages: RequestHandler = (req, _res, next) => {
  const site = req.get('sec-fetch-site');
  const ours = site ? site === 'same-origin' || site === 'none' : (isOurOrigin(req) ?? true);
  if (!ours)
    throw new Problem('forbidden', 'This form was sent from another site. Open /login and try there.');
  next();
};

/**
 * For changes in the name of a session: browsers say of every request from where it comes, by `Sec-Fetch-Site`, or over
 * plain HTTP by `Origin`. What says neither comes from no page of ours. Throws a {@link Problem}.
 */
export function refuseForeignPage(req: Request): void {
  const site = req.get('sec-fetch-site');
  if (site ? site === 'same-origin' : isOurOrigin(req)) return;
  throw new Problem(
    'forbidden',
    'A session may change something only from a page of this site (Sec-Fetch-Site: same-origin, or our Origin). ' +
      'Programs send an API key instead: Authorization: Bearer gsw_…',
  );
}

/** Undefined where the request does not say. */
function isOurOrigin(req: Request): boolean | undefined {
  const origin = req.get('origin');
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === req.get('host');
}

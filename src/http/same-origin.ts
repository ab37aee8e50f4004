/** Refuses what another site's page sends in the name of a logged-in browser. */
import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';

export const fromOurPages: RequestHandler = (req, _res, next) => {
  if (!isFromOurPages(req)) {
    throw new Problem(
      'forbidden',
      'This was sent from another site. Open this address itself and try there.',
    );
  }
  next();
};

function isFromOurPages(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return site ? site === 'same-origin' || site === 'none' : (isOurOrigin(req) ?? true);
}

/** Older browsers, and all over plain HTTP, say only where the page came from; undefined where they do not. */
function isOurOrigin(req: Request): boolean | undefined {
  const origin = req.get('origin');
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === req.get('host');
}

/**
 * For changes through the API in the name of a session, which nobody types into an address bar: browsers say of each from
 * where it comes, and what does not say comes from no page of ours. Throws a {@link Problem}.
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

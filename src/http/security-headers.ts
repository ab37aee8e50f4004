/** What browsers are told not to do with our pages. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

const policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
};

/** @param https whether people reach us over HTTPS; what makes sense only then is left out otherwise */
export function securityHeaders(https: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: policy },
    strictTransportSecurity: https,
    // over plain HTTP browsers ignore these two, with a complaint
    crossOriginOpenerPolicy: https,
    originAgentCluster: https,
    // without any referrer, browsers would send `Origin: null` with our own forms
    referrerPolicy: { policy: 'same-origin' },
  });
}

/**
 * What the components of Bull Board 9.10.1 put into its page as `<style>`, by SHA-256. Another version may bring others: a test in a
 * browser then names them.
 */
const boardStyles = [
  'l3nmDPt7LaogVPA831/sNQVNdYFjfx9w/qCzfRuY6Dg=',
  'r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU=',
].map((hash) => `'sha256-${hash}'`);

/** Bull Board's page has a `<base>`. */
export const boardHeaders: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...policy, 'style-src': ["'self'", ...boardStyles], 'base-uri': ["'self'"] },
});

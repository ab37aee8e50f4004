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

/** Bull Board's page has a `<base>`. */
export const boardHeaders: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...policy, 'base-uri': ["'self'"] },
});

/** Linear's rate-limit headers. The sandbox counts but never refuses: for that there is the fault `ratelimited`. */
import type { RequestHandler } from 'express';

const windowMs = 60 * 60_000;
const usual = { requests: 5_000, complexity: 250_000 };

/** Tells on each response what is left of the hour; resets are epoch milliseconds, as Linear gives them. */
export function rateLimitHeaders(limits = usual): RequestHandler {
  let used = 0;
  let resetAt = Date.now() + windowMs;
  return (_request, response, next) => {
    if (Date.now() >= resetAt) {
      used = 0;
      resetAt = Date.now() + windowMs;
    }
    used += 1;
    response.setHeader('X-Complexity', '1');
    for (const [name, limit] of Object.entries(limits)) {
      response.setHeader(`X-RateLimit-${name}-Limit`, String(limit));
      response.setHeader(`X-RateLimit-${name}-Remaining`, String(Math.max(1, limit - used)));
      response.setHeader(`X-RateLimit-${name}-Reset`, String(resetAt));
    }
    next();
  };
}

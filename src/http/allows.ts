import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** For the methods that a path does not have. */
export function allows(methods: string): RequestHandler {
  return (req) => {
    throw new Problem('method-not-allowed', `${req.method} does nothing here; use ${methods}.`, {
      headers: { Allow: methods },
    });
  };
}

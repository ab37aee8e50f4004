/** The log of a process: lines of JSON that say in the course of which work they were written, and no secret. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { censor } from '../security/censor.ts';
import { redact } from '../security/redact.ts';
import { logContext } from './log-context.ts';

/** @param destination standard output where left out */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    mixin: () => logContext(),
    formatters: { log: (fields: object) => censor(fields) as Record<string, unknown> },
    // errors are plain objects by then
    serializers: { err: (error: unknown) => error },
    // also what came in by the message
    hooks: { streamWrite: redact },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What every line of the log says of the work in the course of which it is written, however deep below. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isSpanContextValid, trace } from '@opentelemetry/api';

/** Ids and names only. */
export type LogContext = {
  requestId?: string;
  organizationId?: string;
  workflowId?: string;
  /** Or, of a step, its function and item: the scope of an operation. */
  stage?: string;
  queue?: string;
  job?: string;
};

const current = new AsyncLocalStorage<LogContext>();

/** Does the work with more of the context known. */
export const inLogContext = <T>(context: LogContext, work: () => T): T =>
  current.run({ ...current.getStore(), ...context }, work);

/** Adds what is found out on the way; nothing where nothing is known yet. */
export function noteInLog(context: LogContext): void {
  const known = current.getStore();
  if (known) Object.assign(known, context);
}

/** The context, and the trace where one is recorded. A new object each time. */
export function logContext(): LogContext & { traceId?: string; spanId?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return { ...current.getStore() };
  return { ...current.getStore(), traceId: span.traceId, spanId: span.spanId };
}

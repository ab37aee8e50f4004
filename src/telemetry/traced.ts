/** Spans of our own, beside those of BullMQ and of `fetch`; nothing where nothing is traced. */
import {
  type Attributes,
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export const tracer = () => trace.getTracer('graph-sitter-workflows');

/** Under which a workflow is put in; all of its jobs come below. */
export const enqueueSpan = 'enqueue workflow';

/** Does the work in a span below the one that is active. */
export function traced<T>(
  name: string,
  work: () => Promise<T>,
  { kind = SpanKind.INTERNAL, attributes = {} }: { kind?: SpanKind; attributes?: Attributes } = {},
): Promise<T> {
  return tracer().startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work();
    } catch (thrown) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (thrown instanceof Error) span.recordException(thrown);
      throw thrown;
    } finally {
      span.end();
    }
  });
}

/** The active span as W3C writes it, to be kept in a row; null where nothing is traced. */
export function traceparentHere(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

/** Where what was kept goes on. */
export const contextAt = (base: Context, traceparent: string): Context =>
  propagation.extract(base, { traceparent });

/** Stands before an exporter: what leaves with a span passes the same net as what is logged. */
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { censor } from '../security/censor.ts';
import { redact } from '../security/redact.ts';

export function redacting(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(redacted), done),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush ? { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() } : {}),
  };
}

/** The same span, seen through the net. */
function redacted(span: ReadableSpan): ReadableSpan {
  const { status, events } = span;
  return Object.create(span, {
    attributes: { value: censor(span.attributes) as Attributes },
    events: {
      value: events.map((event) => ({
        ...event,
        ...(event.attributes ? { attributes: censor(event.attributes) as Attributes } : {}),
      })),
    },
    status: { value: status.message ? { ...status, message: redact(status.message) } : status },
  });
}

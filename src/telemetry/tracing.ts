/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP where an endpoint is set; elsewhere the API does nothing, and the SDK is not
 * even loaded. The exporter reads the other `OTEL_EXPORTER_OTLP_…` variables, such as headers, itself.
 */
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { Config } from '../config.ts';
import { readVersion } from '../version.ts';
import { enqueueSpan } from './traced.ts';

export type Tracing = { close(): Promise<void> };

let running: Promise<Tracing> | undefined;

/** For the whole process; undefined where nothing is to be traced. Whoever started it first closes it. */
export async function startTracing({ telemetry }: Pick<Config, 'telemetry'>): Promise<Tracing | undefined> {
  if (!telemetry.tracesUrl || running) return undefined;
  running = start(telemetry);
  return running;
}

async function start({ tracesUrl, serviceName, sampleRatio }: Config['telemetry']): Promise<Tracing> {
  const [sdk, hooks, resources, core, otlp, undici, redacting] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/core'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/instrumentation-undici'),
    import('./redacting-exporter.ts'),
  ]);
  const ratio = new sdk.TraceIdRatioBasedSampler(sampleRatio);
  // a request, or a workflow that no request asked for; what else has no parent is housekeeping
  const beginnings: Sampler = {
    shouldSample: (parent, traceId, name, kind) =>
      kind === SpanKind.SERVER || name === enqueueSpan
        ? ratio.shouldSample(parent, traceId)
        : { decision: sdk.SamplingDecision.NOT_RECORD },
    toString: () => 'beginnings',
  };
  const exporter = redacting.redacting(new otlp.OTLPTraceExporter({ url: tracesUrl as string }));
  const provider = new sdk.TracerProvider({
    sampler: new sdk.ParentBasedSampler({ root: beginnings }),
    resource: resources.defaultResource().merge(
      resources.resourceFromAttributes({
        'service.name': serviceName,
        'service.version': await readVersion(),
      }),
    ),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  // follows `fetch` by what Node itself tells of it; calls outside of any trace are not followed
  const calls = new undici.UndiciInstrumentation({ requireParentforSpans: true });
  calls.setTracerProvider(provider);
  return {
    close: async () => {
      calls.disable();
      // a collector that does not answer must not keep the process
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      propagation.disable();
      context.disable();
      running = undefined;
    },
  };
}

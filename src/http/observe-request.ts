/** Makes each request visible from outside: a span below the caller's, a measurement, and its id in every line of the log. */
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { inLogContext } from '../telemetry/log-context.ts';
import { httpDuration } from '../telemetry/metrics.ts';
import { tracer } from '../telemetry/traced.ts';
import { requestIdOf } from './request-id.ts';

/** What orchestrators ask every few seconds. */
const probes = ['/healthz', '/readyz'];

/** Comes after the request's id is known. */
export const observeRequest: RequestHandler = (req, res, next) => {
  const end = httpDuration.startTimer({ method: req.method });
  const from = propagation.extract(context.active(), req.headers);
  const attributes = { 'http.request.method': req.method, 'url.path': req.path };
  const span = probes.includes(req.path)
    ? undefined
    : tracer().startSpan(req.method, { kind: SpanKind.SERVER, attributes }, from);
  res.once('close', () => {
    const route = routeOf(req);
    const status = res.statusCode;
    // a stream that is followed for hours says nothing of how quick we are
    if (!res.get('content-type')?.startsWith('text/event-stream')) end({ route, status });
    span?.updateName(`${req.method} ${route}`);
    span?.setAttributes({ 'http.route': route, 'http.response.status_code': status });
    if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  });
  const within = span ? trace.setSpan(from, span) : from;
  inLogContext({ requestId: requestIdOf(res) }, () => context.with(within, next));
};

/** As it is declared, with names for ids: addresses themselves are without number. */
function routeOf({ baseUrl, route }: Request): string {
  const path: unknown = route?.path;
  return typeof path === 'string' ? `${baseUrl}${path}` : baseUrl || 'none';
}

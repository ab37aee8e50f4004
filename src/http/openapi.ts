/** The OpenAPI document, made from the routes. */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';

import { problemSchema } from './problem.ts';
import { type Route, roleFor, scopeFor, tags } from './route.ts';

type OpenApiDocument = ReturnType<typeof createDocument>;

export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'graph-sitter-workflows',
      version,
      description:
        'Carries a GitHub project from a requirement to merged code through eight durable stages. All times are ' +
        'ISO 8601 in UTC. Errors are problem details (RFC 9457).',
    },
    security: [{ apiKey: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer gsw_…`' },
      },
    },
  });
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { name, tag, summary, description, query, body } = route;
  return {
    operationId: name,
    tags: [tag],
    summary,
    'x-least-role': roleFor(route),
    'x-scope': scopeFor(route),
    ...(description && { description }),
    requestParams: {
      ...(route.ids && { path: z.object(mapped(route.ids, (what) => z.uuid().describe(`Of the ${what}.`))) }),
      ...(query && { query }),
      ...(headersOf(route) && { header: headersOf(route) }),
    },
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [route.status ?? 200]: successOf(route),
      ...mapped(problemsOf(route), (meaning) => ({ description: meaning, ...problemContent })),
      default: { description: 'Something else is wrong; `detail` says what.', ...problemContent },
    },
  } as ZodOpenApiOperationObject;
}

const problemContent = { content: { 'application/problem+json': { schema: problemSchema } } };

function headersOf({ idempotent, creates, versioned }: Route) {
  const headers = {
    ...((idempotent || creates) && {
      'Idempotency-Key': z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/)
        .optional()
        .describe('Sent twice under one key = done once; a UUID does well.'),
    }),
    ...(versioned && {
      'If-Match': z
        .string()
        .optional()
        .describe('The `ETag` of what you have seen: nothing that others changed meanwhile is overwritten.'),
    }),
  };
  return Object.keys(headers).length > 0 ? z.object(headers) : undefined;
}

function successOf({ status, answer, idempotent, creates, versioned, streams }: Route) {
  const headers = {
    ...((idempotent || creates) && {
      'Idempotency-Replayed': z
        .literal('true')
        .optional()
        .describe('It had been sent before under this key.'),
    }),
    ...(versioned && answer && { ETag: z.string() }),
    ...((status === 201 || status === 202 || creates) && { Location: z.string() }),
  };
  return {
    description: { 200: 'As asked.', 201: 'Made.', 202: 'Taken; it takes its time.', 204: 'Done.' }[
      status ?? 200
    ],
    ...(Object.keys(headers).length > 0 && { headers: z.object(headers) }),
    ...(answer && {
      content: {
        'application/json': { schema: answer },
        ...(streams && { 'text/event-stream': { schema: z.string() } }),
      },
    }),
  };
}

/** Those that every route of its kind may have, and its own. */
function problemsOf(route: Route): Record<number, string> {
  const { ids, query, body, creates, versioned, problems } = route;
  const role = roleFor(route);
  return {
    401: 'There is no valid API key.',
    403:
      role === 'viewer'
        ? `A key with scopes takes ${scopeFor(route)}.`
        : `It takes the role ${role}, of a key with scopes ${scopeFor(route)}, or a session of a page of this site.`,
    ...(ids && { 404: `There is no such ${Object.values(ids).at(-1)}.` }),
    ...(creates && { 409: 'What was sent before under this key is still under way.' }),
    ...(body && { 413: 'The body is too large.' }),
    429: 'The key has sent too many requests; `Retry-After` says when it may send again.',
    ...(versioned && { 412: 'Others have changed it meanwhile.' }),
    ...((query || body) && { 422: 'Something in it is not as it should be; `errors` points at each place.' }),
    ...problems,
  };
}

const mapped = <In, Out>(of: Record<string, In>, change: (one: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(of).map(([key, one]) => [key, change(one)]));

/** `graph-sitter-workflows/client`: the API for TypeScript and JavaScript. */
export type * from './api-types.ts';
export { type ClientOptions, GswClient, type Keyed, type Versioned, type WorkflowQuery } from './client.ts';
export { ApiProblem, ApiUnreachable } from './errors.ts';

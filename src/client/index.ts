/** `graph-sitter-workflows/client`: the API for TypeScript and JavaScript. */
export type * from './api-types.ts';
export {
  type DeliveryQuery,
  type EventQuery,
  GswClient,
  type ReceivedEventQuery,
  type Versioned,
  type WorkflowQuery,
} from './client.ts';
export { ApiProblem, ApiUnreachable } from './errors.ts';
export type { ClientOptions, Keyed } from './transport.ts';

/** `graph-sitter-workflows/client`: the API for TypeScript and JavaScript. */

export type { AuditQuery } from './administration.ts';
export type * from './api-types.ts';
export {
  type DeliveryQuery,
  type EventCountQuery,
  type EventQuery,
  GswClient,
  type ReceivedEventQuery,
  type WorkflowQuery,
} from './client.ts';
export { ApiProblem, ApiUnreachable } from './errors.ts';
export type { ExecutionQuery, OperationQuery } from './plan-calls.ts';
export type { ProjectQuery } from './project-calls.ts';
export type { ClientOptions, Keyed, Versioned } from './transport.ts';

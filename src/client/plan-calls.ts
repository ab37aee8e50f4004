/** What requirements were split into, what became of it, and what was done to the outside world for it. */
import { everyOf, part, queryOf } from './address.ts';
import type {
  Execution,
  ExecutionDetail,
  ExecutionPage,
  Operation,
  OperationDetail,
  OperationPage,
  Plan,
  PlanRequest,
  Signal,
  StepDetail,
  StepList,
} from './api-types.ts';
import type { Keyed, Transport, Versioned } from './transport.ts';

const of = (workflow: string, what: string) => `/v1/workflows/${part(workflow)}/${what}`;

type Decision = Keyed & Versioned & { reason?: string };

export const planCalls = (api: Transport) => {
  const decide =
    (verb: 'approve' | 'reject') =>
    (
      workflow: string,
      { reason, version, idempotencyKey = crypto.randomUUID() }: Decision = {},
    ): Promise<Signal> =>
      api.request('POST', of(workflow, `plan/${verb}`), {
        body: reason === undefined ? {} : { reason },
        version,
        idempotencyKey,
      });
  return {
    get: (workflow: string): Promise<Plan> => api.request('GET', of(workflow, 'plan')),
    /** The whole plan, while it waits for approval. */
    edit: (workflow: string, plan: PlanRequest, { version }: Versioned = {}): Promise<Plan> =>
      api.request('PUT', of(workflow, 'plan'), { body: plan, version }),
    /** With `version`, only the very plan that was seen. */
    approve: decide('approve'),
    reject: decide('reject'),
  };
};

export const stepCalls = (api: Transport) => ({
  list: (workflow: string): Promise<StepList> => api.request('GET', of(workflow, 'steps')),
  get: (id: string): Promise<StepDetail> => api.request('GET', `/v1/steps/${part(id)}`),
});

export type OperationQuery = {
  status?: Operation['status'];
  service?: Operation['service'];
  type?: string;
  /** The id of one. */
  step?: string;
  limit?: number;
  cursor?: string | undefined;
};

export const operationCalls = (api: Transport) => {
  const page = (workflow: string, query: OperationQuery = {}): Promise<OperationPage> =>
    api.request('GET', of(workflow, `operations${queryOf(query)}`));
  return {
    page,
    /** All of them, in the order in which they were wanted. */
    list: (workflow: string, query: Omit<OperationQuery, 'cursor'> = {}): AsyncGenerator<Operation> =>
      everyOf((cursor) => page(workflow, { ...query, cursor })),
    get: (id: string): Promise<OperationDetail> => api.request('GET', `/v1/operations/${part(id)}`),
  };
};

export type ExecutionQuery = {
  status?: Execution['status'];
  purpose?: string;
  /** The id of one. */
  step?: string;
  limit?: number;
  cursor?: string | undefined;
};

export const executionCalls = (api: Transport) => {
  const page = (workflow: string, query: ExecutionQuery = {}): Promise<ExecutionPage> =>
    api.request('GET', of(workflow, `executions${queryOf(query)}`));
  return {
    page,
    /** All of them, in order, without their texts. */
    list: (workflow: string, query: Omit<ExecutionQuery, 'cursor'> = {}): AsyncGenerator<Execution> =>
      everyOf((cursor) => page(workflow, { ...query, cursor })),
    get: (id: string): Promise<ExecutionDetail> => api.request('GET', `/v1/executions/${part(id)}`),
  };
};

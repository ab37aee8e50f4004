/** Talks to the HTTP API for the commands that look at workflows and answer their questions. */
import { randomUUID } from 'node:crypto';
import type { Budget } from '../../entities/workflows/budget.ts';
import { ApiProblem, GswClient, ApiUnreachable as NoAnswer } from '../client/index.ts';
import { codeOf } from '../databases/server-error.ts';
import type { BudgetChange } from '../engine/budget/set-budget.ts';
import type { CancelPolicy } from '../engine/control/take-back.ts';
import type { CancellationPreview } from '../http/cancellation-preview.ts';
import type { LimitsView } from '../http/limits-view.ts';
import type { WorkflowPage } from '../http/list-workflows.ts';
import type { ScheduleView } from '../http/schedule-view.ts';
import type { SignalView } from '../http/send-signal.ts';
import type { WorkflowView } from '../http/workflow-view.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { commandName } from './output.ts';

/** The API could not be reached, or could not do its work just now; the same request may succeed later. */
export class ApiUnreachable extends CliFailure {}

export type WorkflowRequest = {
  repository: string;
  baseBranch?: string;
  name?: string;
  requirements?: string;
  follows?: string;
  template?: string;
  /** ISO 8601. */
  startAt?: string;
  deadlineAt?: string;
  /** Such as `6h`. */
  deadlineIn?: string;
  options?: {
    autoConfirmPlan?: boolean;
    autoMerge?: boolean;
    onValidationFailure?: 'wait' | 'fail';
    budget?: Budget;
  };
};

export type ScheduleRequest = {
  name: string;
  cron: string;
  timeZone: string;
  workflow: WorkflowRequest;
  overlap?: ScheduleView['overlap'];
  missed?: ScheduleView['missed'];
  enabled?: boolean;
};

export type SignalRequest =
  | { type: 'requirements'; text: string; reason?: string }
  | { type: 'approve' | 'reject' | 'pause' | 'resume' | 'retry'; reason?: string }
  | ({ type: 'cancel'; reason?: string } & Partial<CancelPolicy>)
  | { type: 'rerun'; from: string; anew?: boolean; text?: string; reason?: string }
  | { type: 'retry_step'; step: number | string; prompt: string; reason?: string };

const patienceMs = 30_000;

export class ApiClient {
  readonly url: string;
  readonly #client: GswClient;
  readonly #startedBy: string;

  /** @param startedBy the command that starts the API, for the sentence that says it is not there */
  constructor(url: string, key: string, startedBy = `\`${commandName} start\``) {
    this.#startedBy = startedBy;
    this.url = url.replace(/\/+$/, '');
    // who sits before it is told at once, and decides himself
    this.#client = new GswClient({ url: this.url, apiKey: key, timeoutMs: patienceMs, retries: 0 });
  }

  /** The same key gives the same workflow; one is made up where none is given. */
  enqueue(request: WorkflowRequest, idempotencyKey: string = randomUUID()): Promise<WorkflowView> {
    return this.#send('POST', '/v1/workflows', request, idempotencyKey);
  }

  setBudget(id: string, change: BudgetChange & { reason?: string }): Promise<WorkflowView> {
    return this.#send('PUT', `/v1/workflows/${encodeURIComponent(id)}/budget`, change);
  }

  workflow(id: string): Promise<WorkflowView> {
    return this.#send('GET', `/v1/workflows/${encodeURIComponent(id)}`);
  }

  latest(): Promise<WorkflowPage> {
    return this.#send('GET', '/v1/workflows');
  }

  signal(id: string, signal: SignalRequest, idempotencyKey: string = randomUUID()): Promise<SignalView> {
    return this.#send('POST', `/v1/workflows/${encodeURIComponent(id)}/signals`, signal, idempotencyKey);
  }

  cancellation(id: string, policy: Partial<CancelPolicy>): Promise<CancellationPreview> {
    const query = new URLSearchParams(policy);
    return this.#send('GET', `/v1/workflows/${encodeURIComponent(id)}/cancellation?${query}`);
  }

  schedules(): Promise<{ items: ScheduleView[] }> {
    return this.#send('GET', '/v1/schedules');
  }

  addSchedule(request: ScheduleRequest): Promise<ScheduleView> {
    return this.#send('POST', '/v1/schedules', request);
  }

  switchSchedule(id: string, to: 'enable' | 'disable'): Promise<ScheduleView> {
    return this.#send('POST', `/v1/schedules/${encodeURIComponent(id)}/${to}`);
  }

  async removeSchedule(id: string): Promise<void> {
    await this.#send('DELETE', `/v1/schedules/${encodeURIComponent(id)}`);
  }

  previewSchedule(cron: string, timeZone: string): Promise<{ timeZone: string; nextRuns: string[] }> {
    return this.#send('GET', `/v1/schedules/preview?${new URLSearchParams({ cron, timeZone })}`);
  }

  limits(organization?: string): Promise<LimitsView> {
    return this.#send('GET', limitsPath(organization));
  }

  setLimits(limits: Partial<LimitsView['own']>, organization?: string): Promise<LimitsView> {
    return this.#send('PUT', limitsPath(organization), limits);
  }

  async #send<T>(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
    try {
      const keyed = idempotencyKey === undefined ? {} : { idempotencyKey };
      return await this.#client.request<T>(method, path, { body, ...keyed });
    } catch (error) {
      if (error instanceof NoAnswer) throw this.#unreachable(error.cause);
      if (error instanceof ApiProblem) throw this.#refused(error);
      throw error;
    }
  }

  #unreachable(error: unknown): ApiUnreachable {
    const code = codeOf(error);
    const why = code === 'ECONNREFUSED' || code === undefined ? '' : ` (${code})`;
    const silent = error instanceof Error && error.name === 'TimeoutError';
    return new ApiUnreachable(
      silent
        ? `The API at ${this.url} gives no answer within ${patienceMs / 1000} seconds; look into its log.`
        : `No API answers at ${this.url}${why}; start it with ${this.#startedBy}, or set GSW_URL to where it runs.`,
      exitCodes.failed,
      { cause: error },
    );
  }

  #refused({ message, status, isOurs, requestId, retryAfterSeconds }: ApiProblem): CliFailure {
    if (!isOurs) {
      return new CliFailure(
        `What answers at ${this.url} is not the API of gsw (status ${status}); mend GSW_URL.`,
      );
    }
    if (status === 401) {
      return new CliFailure(
        `${message} The command line sends GSW_API_KEY, or else the key in <DATA_DIR>/api-key.`,
      );
    }
    if (status === 429) {
      const when = retryAfterSeconds ? ` (try again in ${retryAfterSeconds} s)` : '';
      return new CliFailure(`${message}${when}`, exitCodes.later);
    }
    if (status === 422) return new CliFailure(message, exitCodes.usage);
    if (status === 502 || status === 503) return new ApiUnreachable(message);
    return new CliFailure(status >= 500 && requestId ? `${message} (requestId ${requestId})` : message);
  }
}

const limitsPath = (organization?: string): string =>
  organization === undefined ? '/v1/limits' : `/v1/limits?${new URLSearchParams({ organization })}`;

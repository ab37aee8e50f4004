/** Talks to the HTTP API for the commands that look at workflows and answer their questions. */
import { randomUUID } from 'node:crypto';
import type { Budget } from '../../entities/workflows/budget.ts';
import { codeOf } from '../databases/server-error.ts';
import type { BudgetChange } from '../engine/budget/set-budget.ts';
import type { CancelPolicy } from '../engine/control/take-back.ts';
import type { CancellationPreview } from '../http/cancellation-preview.ts';
import type { LimitsView } from '../http/limits-view.ts';
import type { WorkflowPage } from '../http/list-workflows.ts';
import type { ProblemDetails } from '../http/problem.ts';
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
  readonly #key: string;
  readonly #startedBy: string;

  /** @param startedBy the command that starts the API, for the sentence that says it is not there */
  constructor(url: string, key: string, startedBy = `\`${commandName} start\``) {
    this.#startedBy = startedBy;
    this.url = url.replace(/\/+$/, '');
    this.#key = key;
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
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#key}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      text = await response.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
    const answer = response.status === 204 ? {} : parsed(text);
    if (answer === undefined) {
      throw new CliFailure(
        `What answers at ${this.url} is not the API of gsw (status ${response.status}); mend GSW_URL.`,
      );
    }
    if (response.ok) return answer as T;
    throw this.#refused(answer as Partial<ProblemDetails>, response);
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

  #refused({ detail, requestId }: Partial<ProblemDetails>, { status, headers }: Response): CliFailure {
    const retryAfter = headers.get('retry-after');
    const said = detail ?? `The API answers with status ${status}.`;
    if (status === 401) {
      return new CliFailure(
        `${said} The command line sends GSW_API_KEY, or else the key in <DATA_DIR>/api-key.`,
      );
    }
    if (status === 429) {
      const seconds = Number(retryAfter);
      const when = seconds > 0 ? ` (try again in ${seconds} s)` : '';
      return new CliFailure(`${said}${when}`, exitCodes.later);
    }
    if (status === 422) return new CliFailure(said, exitCodes.usage);
    if (status === 502 || status === 503) return new ApiUnreachable(said);
    return new CliFailure(status >= 500 && requestId ? `${said} (requestId ${requestId})` : said);
  }
}

const limitsPath = (organization?: string): string =>
  organization === undefined ? '/v1/limits' : `/v1/limits?${new URLSearchParams({ organization })}`;

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

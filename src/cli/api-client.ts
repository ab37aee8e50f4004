/** Talks to the HTTP API for the commands that look at workflows and answer their questions. */
import { ApiProblem, GswClient, ApiUnreachable as NoAnswer } from '../client/index.ts';
import { codeOf } from '../databases/server-error.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { commandName } from './output.ts';

/** The API could not be reached, or could not do its work just now; the same request may succeed later. */
export class ApiUnreachable extends CliFailure {}

const patienceMs = 30_000;

/** The client, with what goes wrong told as the command line tells it. */
export class ApiClient extends GswClient {
  readonly #startedBy: string;

  /** @param startedBy the command that starts the API, for the sentence that says it is not there */
  constructor(url: string, key: string, startedBy = `\`${commandName} start\``) {
    // who sits before it is told at once, and decides himself
    super({ url, apiKey: key, timeoutMs: patienceMs, retries: 0 });
    this.#startedBy = startedBy;
  }

  override async request<T>(...asked: Parameters<GswClient['request']>): Promise<T> {
    try {
      return await super.request<T>(...asked);
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

import { Octokit } from '@octokit/rest';
import { PermanentFailure } from '../../engine/errors.ts';
import type { Governor } from '../governor/governor.ts';
import { type AskGrant, askGrant, type Grant } from '../grant.ts';
import { isHttpError, isRefusal, sentenceOf } from './failures.ts';
import { gitHubRules, learnedOf, wantedOf } from './limits.ts';

export type GitHubOptions = {
  /** Base of the REST API, such as `https://api.github.com`. */
  apiUrl: string;
  /** Base of the web pages and of `git clone`, such as `https://github.com`. */
  url: string;
  /** Asked before every request, so that a token can be rotated and is decrypted only when it is used. */
  token: AskGrant;
  /** Lets no request go before GitHub allows it; left out, nobody counts. */
  governor?: Governor | undefined;
  /** The least pause between two writes with one token, milliseconds; 0 where the server has no secondary limits. */
  writeIntervalMs?: number;
  userAgent?: string;
  /** Replaces the global `fetch`, for tests. */
  fetch?: typeof fetch;
};

/** How long one request may take, milliseconds. */
const timeout = 30_000;

const silent = () => undefined;

/** Octokit without retries and throttling: the queue retries, by way of `find`. */
export function createClient(options: GitHubOptions): Octokit {
  const octokit = bareClient(options);
  octokit.hook.wrap('request', async (request, parameters) => {
    const grant = await readToken(options);
    parameters.headers.authorization = `Bearer ${grant.secret}`;
    parameters.headers['x-github-api-version'] = '2022-11-28';
    try {
      return await governed(options, grant, parameters, async () => request(parameters));
    } catch (error) {
      if (grant.refused && isRefusal(error, 401)) throw await grant.refused(sentenceOf(error));
      throw error;
    }
  });
  return octokit;
}

/** Sends when the token's limits allow it, and learns from the answer. */
function governed<Answer extends { status: number; headers: Record<string, string | number | undefined> }>(
  { governor, writeIntervalMs = 0 }: GitHubOptions,
  { account }: Grant,
  parameters: { method: string; url: string },
  request: () => Promise<Answer>,
): Promise<Answer> {
  if (!governor || account === undefined) return request();
  const wanted = wantedOf(parameters);
  return governor.send(account, gitHubRules(writeIntervalMs), wanted, request, (answer, now) => {
    if ('value' in answer) return learnedOf(answer.value.status, answer.value.headers, '', wanted, now);
    const { thrown } = answer;
    if (!isHttpError(thrown) || !thrown.response) return undefined;
    return learnedOf(thrown.status, thrown.response.headers, thrown.message, wanted, now);
  });
}

/** The same without a token. */
export function bareClient(options: Pick<GitHubOptions, 'apiUrl' | 'userAgent' | 'fetch'>): Octokit {
  return new Octokit({
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: options.userAgent ?? 'graph-sitter-workflows',
    request: { fetch: completely(options.fetch ?? fetch) },
    // Octokit's debug line holds the request headers, and failures are logged by the worker.
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
}

/** The token, checked: what `fetch` cannot send would be quoted in its error message. */
export async function readToken({ token }: GitHubOptions): Promise<Grant> {
  const grant = await askGrant(token);
  if (!/^[\x21-\x7e]+$/.test(grant.secret)) {
    throw new PermanentFailure(
      grant.secret === ''
        ? 'There is no GitHub token. Set GITHUB_TOKEN.'
        : 'The GitHub token holds characters that no token has. Set GITHUB_TOKEN to a valid one.',
    );
  }
  return grant;
}

/**
 * A `fetch` that has read the whole answer when it returns. Octokit takes a body that breaks off for an empty success;
 * here it is a network failure, and the timeout covers the body too.
 */
function completely(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const deadline = AbortSignal.timeout(timeout);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    const response = await inner(input, { ...init, signal });
    const body = await response.arrayBuffer();
    if (response.ok && body.byteLength > 0 && !response.headers.get('content-type')?.includes('json')) {
      throw new Error('the answer is not JSON; is GITHUB_API_URL right?');
    }
    const complete = new Response(body.byteLength > 0 ? body : null, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    // The constructor cannot set it, and Octokit finds the next page by it.
    return Object.defineProperty(complete, 'url', { value: response.url });
  };
}

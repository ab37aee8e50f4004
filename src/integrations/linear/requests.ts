/** Sends documents to Linear through its SDK. */
import { LinearClient, LinearError } from '@linear/sdk';
import { PermanentFailure } from '../../engine/errors.ts';
import type { Governor } from '../governor/governor.ts';
import type { Learned } from '../governor/state.ts';
import { type AskGrant, askGrant, type Grant } from '../grant.ts';
import type { GraphqlDocument } from './documents.ts';
import { failureOf, isNotFound, isRateLimited, isRejectedKey } from './failures.ts';
import { learnedOfLinear, linearRules, wantedOfLinear } from './limits.ts';

export type LinearConnection = {
  /** The GraphQL endpoint; plain HTTP only on this machine. */
  apiUrl: string;
  /** Asked before each request, so that a rotated key is used at once. */
  apiKey: AskGrant;
  /** Lets no request go before Linear allows it; left out, nobody counts. */
  governor?: Governor | undefined;
  /** How long one request may take, milliseconds; 30 seconds unless told. */
  timeoutMs?: number;
};

export type LinearRequests = ReturnType<typeof linearRequests>;

export function linearRequests({ apiUrl, apiKey, governor, timeoutMs = 30_000 }: LinearConnection) {
  /** The answer, or null for an error that means absence; other errors are thrown as failures. */
  async function request<Data, Variables extends Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    variables: Variables,
    isAbsence: (error: unknown) => boolean,
  ): Promise<Data | null> {
    const grant = await askGrant(apiKey);
    const send = () =>
      connect(apiUrl, grant, timeoutMs).client.rawRequest<Data, Variables>(document, variables);
    const sent =
      governor && grant.account !== undefined
        ? governor.send(grant.account, linearRules, wantedOfLinear, send, tellOf)
        : send();
    const answer = await sent.catch(async (error) => {
      if (isAbsence(error)) return null;
      if (grant.refused && isRejectedKey(error)) throw await grant.refused('authentication error');
      throw failureOf(error);
    });
    if (answer === null) return null;
    if (!answer.data) throw new Error('Linear answered without data.');
    return answer.data;
  }

  return {
    /** The answer; throws in the vocabulary of `src/engine/errors.ts`. */
    async send<Data, Variables extends Record<string, unknown>>(
      document: GraphqlDocument<Data, Variables>,
      variables: Variables,
    ): Promise<Data> {
      return (await request(document, variables, () => false)) as Data;
    },

    /** The answer, or null where Linear surely says that the entity does not exist. Any doubt throws. */
    find: <Data, Variables extends Record<string, unknown>>(
      entity: 'Issue' | 'IssueLabel' | 'IssueRelation' | 'Comment',
      document: GraphqlDocument<Data, Variables>,
      variables: Variables,
    ): Promise<Data | null> => request(document, variables, (error) => isNotFound(error, entity)),
  };
}

/** What an answer told of the limits. */
function tellOf(
  answer: { value: { headers?: Headers } } | { thrown: unknown },
  now: number,
): Learned | undefined {
  if ('value' in answer) return learnedOfLinear(answer.value.headers, false, now);
  if (!(answer.thrown instanceof LinearError)) return undefined;
  return learnedOfLinear(answer.thrown.raw?.response?.headers, isRateLimited(answer.thrown), now);
}

/** A client for one request, since the timeout is the client's. */
function connect(apiUrl: string, { secret: key, isOAuth }: Grant, timeoutMs: number): LinearClient {
  if (!key) throw new PermanentFailure('There is no Linear API key; set LINEAR_API_KEY.');
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new PermanentFailure(
      'The Linear API key holds a blank or a character no key has; set LINEAR_API_KEY.',
    );
  }
  try {
    const secret = isOAuth ? { accessToken: key } : { apiKey: key };
    return new LinearClient({ apiUrl, ...secret, signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new PermanentFailure('LINEAR_API_URL must be an https address, or http on this machine.');
  }
}

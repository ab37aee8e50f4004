/** Sends documents to Linear through its SDK. */
import { LinearClient } from '@linear/sdk';
import { PermanentFailure } from '../../engine/errors.ts';
import { type AskGrant, askGrant, type Grant } from '../grant.ts';
import type { GraphqlDocument } from './documents.ts';
import { failureOf, isNotFound, isRejectedKey } from './failures.ts';

export type LinearConnection = {
  /** The GraphQL endpoint; plain HTTP only on this machine. */
  apiUrl: string;
  /** Asked before each request, so that a rotated key is used at once. */
  apiKey: AskGrant;
  /** How long one request may take, milliseconds; 30 seconds unless told. */
  timeoutMs?: number;
};

export type LinearRequests = ReturnType<typeof linearRequests>;

export function linearRequests({ apiUrl, apiKey, timeoutMs = 30_000 }: LinearConnection) {
  /** The answer, or null for an error that means absence; other errors are thrown as failures. */
  async function request<Data, Variables extends Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    variables: Variables,
    isAbsence: (error: unknown) => boolean,
  ): Promise<Data | null> {
    const grant = await askGrant(apiKey);
    const { client } = connect(apiUrl, grant, timeoutMs);
    const answer = await client.rawRequest<Data, Variables>(document, variables).catch(async (error) => {
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

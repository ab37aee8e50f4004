/**
 * Installation tokens of GitHub Apps: got with the App's private key, kept in memory for the hour they are good for,
 * and renewed before that is over. Any number of them may be valid at a time, so each process gets its own without
 * asking the others; within a process there is one request at a time for each App.
 */
import { createHash } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { RetryLater } from '../../engine/errors.ts';
import { once } from '../credentials/once.ts';
import type { Exchange, Held } from '../credentials/organization-access.ts';
import { longestGitMs } from '../git.ts';
import type { Grant } from '../grant.ts';
import { bareClient, type GitHubOptions } from './client.ts';
import { failureOf, isRefusal, sentenceOf } from './failures.ts';

type Token = { secret: string; expiresAt: number; gotAt: number };

/** A token is not used any more when it has less than this left: longer than any call, also git's, takes. */
const renewedBeforeMs = longestGitMs + 60_000;
/** GitHub's own servers may not all have heard of a token that is so young: it is tried again. */
const unheardOfMs = 15_000;
/** A token that is refused within this time of its making is not the one to blame. */
const youngMs = 60_000;

export function appTokens(options: Pick<GitHubOptions, 'apiUrl' | 'fetch'>): Exchange {
  const tokens = new Map<string, Token>();
  const requests = new Map<string, Promise<Token>>();

  return async (held): Promise<Grant> => {
    const key = createHash('sha256').update(held.row.id).update(held.row.sealedSecret).digest('hex');
    const kept = tokens.get(key);
    const isFresh = kept && kept.expiresAt - Date.now() > renewedBeforeMs;
    const token = isFresh ? kept : await once(requests, key, () => mint(options, held));
    tokens.set(key, token);
    return {
      secret: token.secret,
      refused: async (said) => {
        const age = Date.now() - token.gotAt;
        if (age < unheardOfMs) return new RetryLater(1_000, 'GitHub to know its new installation token');
        if (tokens.get(key) === token) tokens.delete(key);
        if (age < youngMs) return held.invalid(`GitHub rejected its installation token (${said})`);
        return new RetryLater(500, 'a new GitHub installation token');
      },
    };
  };
}

async function mint(options: Pick<GitHubOptions, 'apiUrl' | 'fetch'>, held: Held): Promise<Token> {
  const { appId = '', installationId = '' } = held.row.settings;
  const auth = createAppAuth({
    appId,
    privateKey: held.secret,
    installationId,
    request: bareClient(options).request,
  });
  try {
    const { token, expiresAt } = await auth({ type: 'installation', refresh: true });
    return { secret: token, expiresAt: Date.parse(expiresAt), gotAt: Date.now() };
  } catch (error) {
    if (isRefusal(error, 401, 403, 404)) {
      throw await held.invalid(
        `GitHub gave no token for App ${appId}, installation ${installationId} (${sentenceOf(error)})`,
      );
    }
    throw failureOf(error, { owner: '', name: '' });
  }
}

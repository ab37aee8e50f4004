/** Messages in a Slack channel. Each carries its id as metadata, by which an earlier attempt's is found again. */
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api';
import { RetryLater, reasonOf } from '../../engine/errors.ts';
import { type AskGrant, askGrant } from '../grant.ts';
import { type Letter, type Messengers, NotTaken } from './port.ts';

export type SlackOptions = { apiUrl: string; token: AskGrant };

const patienceMs = 10_000;
const eventType = 'gsw_event';
/** Between Slack's clock and ours. */
const clockMs = 60_000;

/** How Slack says that a token is good for nothing any more. */
const badTokens = ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired'];

/** How Slack says that something went wrong on the way: part of what was asked may have been done. */
const unclear = ['fatal_error', 'internal_error', 'service_unavailable'];

export function createSlack({ apiUrl, token }: SlackOptions): Messengers['slack'] {
  const clientWith = (secret: string) =>
    new WebClient(secret, {
      slackApiUrl: apiUrl,
      timeout: patienceMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logLevel: LogLevel.ERROR,
    });
  return {
    async checkAccess() {
      const { secret, refused } = await askGrant(token);
      const began = Date.now();
      try {
        const { user, team } = await clientWith(secret).auth.test();
        return `Slack takes the token as ${user} in ${team}`;
      } catch (error) {
        throw await failureOf(error, refused, Date.now() - began);
      }
    },
    async deliver(letter) {
      const { secret, refused } = await askGrant(token);
      const began = Date.now();
      const client = clientWith(secret);
      try {
        const found = letter.mayHaveArrived && (await isThere(client, letter).catch(notTold));
        if (!found) await post(client, letter);
        return { status: 200, body: found ? 'found in the channel' : null, durationMs: Date.now() - began };
      } catch (error) {
        throw await failureOf(error, refused, Date.now() - began);
      }
    },
  };
}

const post = (client: WebClient, { to, message }: Letter) =>
  client.chat.postMessage({
    channel: to.destination,
    text: message.text,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: eventType, event_payload: { id: message.id } },
  });

/** A token that may not read the channel cannot tell: then the message is sent again rather than lost. */
async function isThere(client: WebClient, { to, message, wantedAt }: Letter): Promise<boolean> {
  try {
    const { messages = [] } = await client.conversations.history({
      channel: to.destination,
      include_all_metadata: true,
      oldest: String((wantedAt.getTime() - clockMs) / 1000),
      limit: 200,
    });
    return messages.some(({ metadata }) => idIn(metadata) === message.id);
  } catch (error) {
    if (error instanceof WebAPIPlatformError && error.data.error === 'missing_scope') return false;
    throw error;
  }
}

const idIn = (metadata: unknown): unknown =>
  (metadata as { event_payload?: { id?: unknown } } | undefined)?.event_payload?.id;

/** Not that the message was refused: whoever tries next has to look as well. */
function notTold(error: unknown): never {
  const said =
    error instanceof WebAPIPlatformError && !badTokens.includes(error.data.error)
      ? error.data.error
      : error instanceof WebAPIHTTPError
        ? error.statusCode
        : null;
  if (said === null) throw error;
  const mend = said === 'not_in_channel' ? ' Invite the app to the channel.' : '';
  throw new Unclear(
    `Slack did not tell whether an earlier attempt has arrived: ${said}. It is not sent again before that.${mend}`,
  );
}

/** What became of the message is not known. */
class Unclear extends Error {}

async function failureOf(
  error: unknown,
  refused: ((said: string) => Promise<Error>) | undefined,
  durationMs: number,
): Promise<unknown> {
  if (error instanceof WebAPIRateLimitedError) {
    return new RetryLater(error.retryAfter * 1_000, 'the rate limit of Slack');
  }
  if (error instanceof WebAPIPlatformError) {
    const said = error.data.error;
    if (refused && badTokens.includes(said)) return refused(said);
    if (unclear.includes(said)) return new Unclear(`Slack failed at it: ${said}.`);
    return new NotTaken(`Slack refused it: ${said}.`, { status: 200, body: said, durationMs });
  }
  if (error instanceof WebAPIHTTPError) {
    const { statusCode: status } = error;
    if (status >= 500) return new Unclear(`Slack answered ${status}.`);
    return new NotTaken(`Slack answered ${status}.`, { status, body: null, durationMs });
  }
  if (error instanceof RetryLater || error instanceof Unclear) return error;
  return new Error(`Slack could not be reached: ${reasonOf(error)}`);
}

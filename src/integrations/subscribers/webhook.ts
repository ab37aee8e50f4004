/** Webhooks as Standard Webhooks (standardwebhooks.com) have them: signed, in one request, redirects not followed. */
import { Webhook } from 'standardwebhooks';
import { type Dispatcher, request } from 'undici';
import type { Answer } from '../../../entities/events/subscription-delivery.ts';
import { RetryLater, reasonOf } from '../../engine/errors.ts';
import { redact } from '../../security/redact.ts';
import { type Letter, type Messenger, NotTaken } from './port.ts';
import { problemOfUrl } from './public-only.ts';

export type WebhookOptions = {
  dispatcher: Dispatcher;
  allowLoopback: boolean;
  /** The secrets to sign with, the current one first. */
  secretsOf(to: Letter['to']): Promise<string[]>;
};

/** All of it: connection, request and answer, milliseconds. */
const patienceMs = 10_000;
/** As much of the answer is read and kept, bytes. */
const keptBytes = 2_000;

export function createWebhooks({ dispatcher, allowLoopback, secretsOf }: WebhookOptions): Messenger {
  return {
    async deliver({ to, message: { id, body } }) {
      const problem = problemOfUrl(to.destination, { allowLoopback });
      if (problem) throw new Error(problem);
      const now = new Date();
      const signatures = (await secretsOf(to)).map((secret) => new Webhook(secret).sign(id, now, body));
      const answer = await post(dispatcher, to.destination, body, {
        'content-type': 'application/json',
        'user-agent': 'graph-sitter-workflows',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signatures.join(' '),
      });
      const { status, retryAfterMs } = answer;
      if (status >= 200 && status < 300) return answer;
      if (status === 429 && retryAfterMs !== null) throw new RetryLater(retryAfterMs, 'their rate limit');
      // a row has none of what is no status of HTTP
      if (status < 100 || status > 599) {
        throw new NotTaken(`The answer was ${status}, which HTTP does not know.`, {
          ...answer,
          status: null,
        });
      }
      const redirects = status >= 300 && status < 400 ? '; redirects are not followed' : '';
      throw new NotTaken(`The answer was ${status}${redirects}.`, answer);
    },
  };
}

type Answered = Answer & { status: number; retryAfterMs: number | null };

async function post(
  dispatcher: Dispatcher,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Answered> {
  const began = Date.now();
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const answer = await request(url, { dispatcher, method: 'POST', headers, body, signal });
    const kept = await beginningOf(answer.body);
    const seconds = Number(answer.headers['retry-after']);
    return {
      status: answer.statusCode,
      body: kept,
      durationMs: Date.now() - began,
      retryAfterMs: seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : null,
    };
  } catch (error) {
    if (signal.aborted) throw new Error(`No answer within ${patienceMs / 1000} s.`);
    throw new Error(`The receiver could not be reached: ${reasonOf(error)}`);
  }
}

/** What comes after it is not waited for. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= keptBytes) break;
  }
  const text = Buffer.concat(parts).subarray(0, keptBytes).toString();
  return redact(text.replaceAll('\0', '\uFFFD').toWellFormed());
}

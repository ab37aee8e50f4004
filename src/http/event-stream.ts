/** Server-sent events: what happens, while the connection stands; whoever comes back says what he heard last. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import type { EventFollower } from './follow-events.ts';

const lookEveryMs = 400;
const pingEveryMs = 15_000;
/** Then whoever listens comes back, with a key that is looked at anew. */
const longestMs = 15 * 60_000;
const atOnce = 200;

/** Ends when the other side goes away, when this process closes, or after a quarter of an hour. */
export async function streamEvents(
  req: Request,
  res: Response,
  follower: EventFollower,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const over = AbortSignal.any([gone.signal, closing, AbortSignal.timeout(longestMs)]);
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  req.socket.setNoDelay(true);
  // who comes back before he has heard anything says from where on
  res.write(`retry: 1000\nid: ${follower.after}\n\n`);
  let spoken = Date.now();
  while (!over.aborted) {
    // an outage of the database ends the stream: whoever listens comes back to where he was
    const happened = await follower.next(atOnce).catch(() => null);
    if (!happened) break;
    const text = happened.map(
      (one) => `id: ${one.sequence}\nevent: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`,
    );
    if (text.length > 0 || Date.now() - spoken > pingEveryMs) {
      spoken = Date.now();
      const taken = res.write(text.length > 0 ? text.join('') : `: ping\nid: ${follower.after}\n\n`);
      // who reads slowly is waited for, instead of being kept in memory
      if (!taken) await once(res, 'drain', { signal: over }).catch(() => undefined);
    }
    if (happened.length < atOnce)
      await sleep(lookEveryMs, undefined, { signal: over }).catch(() => undefined);
  }
  res.end();
}

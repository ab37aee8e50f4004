/** Sends webhooks at an even rate, each once, and keeps what was answered. */
import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

export type Sent = {
  delivery: string /** Null where there was no answer. */;
  status: number | null;
  ms: number;
};

type Load = { url: string; secret: string; perSecond: number /** Ends it. */; signal: AbortSignal };

/** Of each kind that there is: one that a handler looks into, one that needs correlating, one that nothing follows from. */
const bodies: [event: string, body: (n: number) => object][] = [
  [
    'issues',
    (n) => ({ action: 'labeled', label: { name: 'bug' }, issue: { number: n, title: `Issue ${n}` } }),
  ],
  [
    'check_run',
    (n) => ({ action: 'completed', check_run: { id: n, check_suite: { head_branch: 'gsw/1a2b3c4d/dev' } } }),
  ],
  ['ping', (n) => ({ zen: `Number ${n}` })],
];

const tickMs = 25;

export async function sendWebhooks({ url, secret, perSecond, signal }: Load): Promise<Sent[]> {
  const dispatcher = new Agent({ connections: 64, connect: { timeout: 2_000 } });
  const sent: Promise<Sent>[] = [];
  const began = performance.now();
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
    while (sent.length < due) sent.push(send(dispatcher, url, secret, sent.length));
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
  const outcomes = await Promise.all(sent);
  await dispatcher.destroy();
  return outcomes;
}

async function send(dispatcher: Agent, url: string, secret: string, n: number): Promise<Sent> {
  const [event, make] = bodies[n % bodies.length] as (typeof bodies)[number];
  const body = JSON.stringify({
    repository: { full_name: 'acme/widgets' },
    sender: { login: 'alice' },
    ...make(n),
  });
  const delivery = randomUUID();
  const began = performance.now();
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  const status = await request(url, { dispatcher, method: 'POST', headers, body, headersTimeout: 20_000 })
    .then(async (answer) => {
      await answer.body.dump();
      return answer.statusCode;
    })
    .catch(() => null);
  return { delivery, status, ms: performance.now() - began };
}

/** Of numbers in any order, the one below which this share of them is. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

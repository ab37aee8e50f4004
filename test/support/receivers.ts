/** Receivers of messages: an HTTP server that plays those who take them and those who do not, and a Slack. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = { path: string; headers: Record<string, string>; body: string };

export type Receiver = {
  url: string;
  received: Received[];
  /** Waits until so many have come to this path. */
  until(path: string, count: number, ms?: number): Promise<Received[]>;
  close(): Promise<void>;
};

type Play = (res: ServerResponse, received: Received) => void;

/** By the first word of the path. */
const plays: Record<string, Play> = {
  ok: (res) => res.writeHead(204).end(),
  fail: (res) => res.writeHead(500).end('out of order, token gsw_abcdefghijklmnopqrstuvwxyz0123'),
  busy: (res) => res.writeHead(429, { 'retry-after': '120' }).end(),
  gone: (res) => res.writeHead(410).end(),
  odd: (res) => res.writeHead(999).end(),
  redirect: (res) => res.writeHead(302, { location: '/ok' }).end(),
  silent: () => undefined,
  endless: (res) => {
    res.writeHead(200);
    const more = () => {
      while (!res.destroyed && res.write('x'.repeat(10_000)));
      if (!res.destroyed) res.once('drain', more);
    };
    more();
  },
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const one = {
      path: req.url ?? '/',
      headers: req.headers as Record<string, string>,
      body: await bodyOf(req),
    };
    received.push(one);
    const play = plays[one.path.split('/')[1] ?? ''] ?? plays.ok;
    play?.(res, one);
  });
  const url = await listen(server);
  const at = (path: string) => received.filter((one) => one.path === path);
  return {
    url,
    received,
    until: async (path, count, ms = 20_000) => {
      for (const giveUpAt = Date.now() + ms; at(path).length < count; ) {
        if (Date.now() > giveUpAt) throw new Error(`${at(path).length} of ${count} have come to ${path}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return at(path);
    },
    close: () => close(server),
  };
}

export type SlackServer = {
  url: string;
  messages: { channel: string; text: string; metadata: { event_payload: { id: string } } }[];
  /** What the next posts answer instead, first come first served; all but `limited` and `invalid_auth` have their effect. */
  next: ('limited' | 'lost' | 'invalid_auth' | 'internal_error' | 503)[];
  /** What the next looks at a channel answer instead. */
  nextLook: ('not_in_channel' | 'internal_error' | 503)[];
  close(): Promise<void>;
};

/** `chat.postMessage` and `conversations.history`, as https://docs.slack.dev has them. */
export async function startSlack(token: string): Promise<SlackServer> {
  const messages: SlackServer['messages'] = [];
  const next: SlackServer['next'] = [];
  const nextLook: SlackServer['nextLook'] = [];
  const server = createServer(async (req, res) => {
    const asked = new URLSearchParams(await bodyOf(req));
    const answer = (body: object) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (req.headers.authorization !== `Bearer ${token}`) return answer({ ok: false, error: 'invalid_auth' });
    if (req.url?.endsWith('/auth.test')) return answer({ ok: true, user: 'gsw', team: 'Acme' });
    const channel = asked.get('channel') ?? '';
    if (req.url?.endsWith('/conversations.history')) {
      const instead = nextLook.shift();
      if (instead === 503) return res.writeHead(503).end();
      if (instead) return answer({ ok: false, error: instead });
      return answer({ ok: true, messages: messages.filter((one) => one.channel === channel).reverse() });
    }
    const instead = next.shift();
    if (instead === 'limited') return res.writeHead(429, { 'retry-after': '30' }).end();
    if (instead === 'invalid_auth') return answer({ ok: false, error: instead });
    messages.push({
      channel,
      text: asked.get('text') ?? '',
      metadata: JSON.parse(asked.get('metadata') ?? 'null'),
    });
    if (instead === 'lost') return res.destroy();
    if (instead === 503) return res.writeHead(503).end();
    if (instead) return answer({ ok: false, error: instead });
    return answer({ ok: true, channel, ts: '1.2' });
  });
  return { url: `${await listen(server)}/api/`, messages, next, nextLook, close: () => close(server) };
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

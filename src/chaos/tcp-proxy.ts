/** A TCP proxy between our processes and a server that can cut, stall, lose and delay what passes. */
import { createServer, type Server, Socket } from 'node:net';

type Pair = {
  client: Socket;
  upstream: Socket | null;
  /** Bytes of it were lost: what follows would make no sense. */
  isDoomed: boolean;
};

type Mode = 'pass' | 'refuse' | 'stall' | 'swallow';

export class TcpProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #pairs = new Set<Pair>();
  #mode: Mode = 'pass';
  #delayMs = 0;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Listens at a free port of this machine. */
  static async open(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection; new ones are refused until {@link heal}. */
  cut(): void {
    this.#mode = 'refuse';
    for (const pair of this.#pairs) end(pair);
  }

  /** Holds everything back, new connections too, until {@link heal}. */
  stall(): void {
    this.#mode = 'stall';
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream?.pause();
    }
  }

  /** Loses everything until {@link heal}. Whoever opens a connection finds it open, and hears nothing. */
  swallow(): void {
    this.#mode = 'swallow';
  }

  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Lets pass again. Connections that have lost something are reset, as by a router that has forgotten them. */
  heal(): void {
    this.#mode = 'pass';
    this.#delayMs = 0;
    for (const pair of this.#pairs) {
      if (pair.isDoomed) end(pair);
      else if (pair.upstream) {
        pair.client.resume();
        pair.upstream.resume();
      } else this.#connect(pair);
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const pair of this.#pairs) end(pair);
    await closed;
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, upstream: null, isDoomed: this.#mode === 'swallow' };
    this.#pairs.add(pair);
    client.once('close', () => {
      this.#pairs.delete(pair);
      if (pair.upstream && !pair.upstream.destroyed) pair.upstream.destroy();
    });
    if (this.#mode === 'swallow') client.resume();
    else if (this.#mode === 'pass') this.#connect(pair);
  }

  #connect(pair: Pair): void {
    const upstream = new Socket({ allowHalfOpen: true });
    pair.upstream = upstream;
    upstream.setNoDelay(true);
    upstream.on('error', () => pair.client.resetAndDestroy());
    upstream.once('close', () => {
      if (!pair.client.destroyed) pair.client.destroy();
    });
    upstream.connect(this.#target.port, this.#target.host);
    this.#forward(pair, pair.client, upstream);
    this.#forward(pair, upstream, pair.client);
  }

  #forward(pair: Pair, from: Socket, to: Socket): void {
    const line = new Line();
    const inTurn = (work: () => void) => line.add(this.#delayMs, work);
    from.on('data', (chunk: Buffer) => {
      if (this.#mode === 'swallow') {
        pair.isDoomed = true;
        return;
      }
      inTurn(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => {
          if (this.#mode !== 'stall') from.resume();
        });
      });
    });
    from.on('end', () => inTurn(() => to.end()));
  }
}

/** Does things late, and in the order in which they came in whatever the delay was meanwhile. */
class Line {
  readonly #waiting: { due: number; work: () => void }[] = [];

  add(delayMs: number, work: () => void): void {
    if (delayMs === 0 && this.#waiting.length === 0) {
      work();
      return;
    }
    this.#waiting.push({ due: Date.now() + delayMs, work });
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#waiting;
    if (!first) return;
    setTimeout(
      () => {
        this.#waiting.shift();
        first.work();
        this.#wait();
      },
      Math.max(0, first.due - Date.now()),
    );
  }
}

function end({ client, upstream }: Pair): void {
  client.resetAndDestroy();
  upstream?.resetAndDestroy();
}

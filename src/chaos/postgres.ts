/** The laboratory's PostgreSQL: the embedded server as production starts it, which can be stopped hard and started again. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedServer, startEmbeddedServer } from '../databases/embedded.ts';
import { databaseOf } from '../databases/names.ts';
import { findPostmaster, isAlive } from '../databases/postmaster.ts';
import { urlOf } from '../databases/server.ts';
import { emptyQueue } from './empty-queue.ts';
import type { Guardian } from './guardian.ts';

const stopPatienceMs = 60_000;
const askPatienceMs = 60_000;

export class PostgresServer {
  readonly #dataDir: string;
  readonly #guardian: Guardian;
  #server: EmbeddedServer;

  private constructor(dataDir: string, guardian: Guardian, server: EmbeddedServer) {
    this.#dataDir = dataDir;
    this.#guardian = guardian;
    this.#server = server;
  }

  static async start(dataDir: string, guardian: Guardian): Promise<PostgresServer> {
    const postgres = new PostgresServer(dataDir, guardian, await startEmbeddedServer({ dataDir }));
    await postgres.#watch();
    return postgres;
  }

  /** As it is now; a restart keeps host, port and passwords. */
  get server(): EmbeddedServer {
    return this.#server;
  }

  /** @param how `fast` ends sessions and writes a checkpoint; `immediate` does neither, as a crash */
  async restart(how: 'fast' | 'immediate', downMs: number): Promise<void> {
    const running = await this.#postmaster();
    if (running) {
      process.kill(running.pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      for (const until = Date.now() + stopPatienceMs; isAlive(running.pid); await sleep(20)) {
        if (Date.now() > until) throw new Error(`PostgreSQL (pid ${running.pid}) does not stop`);
      }
      this.#guardian.forget(running.pid);
    }
    // lets go of what it holds in this process for a server that is gone
    await this.#server.stop();
    await sleep(downMs);
    this.#server = await startEmbeddedServer({ dataDir: this.#dataDir });
    await this.#watch();
  }

  /** Empties the queue's tables, where the queue is here. */
  emptyQueue(): Promise<void> {
    return emptyQueue((work) => this.ask(work));
  }

  /** Asks in workflows_db as the administrator, past row-level security and past the proxy. */
  async ask<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const { adminUser, adminPassword } = this.#server;
    const client = new pg.Client({
      connectionString: urlOf(this.#server, databaseOf('workflows'), adminUser, adminPassword),
      connectionTimeoutMillis: 10_000,
      query_timeout: askPatienceMs,
      application_name: 'gsw chaos',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      // a connection that broke while it was made may never say that it has ended
      await Promise.race([client.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]);
    }
  }

  async close(): Promise<void> {
    const running = await this.#postmaster();
    await this.#server.stop();
    if (running) this.#guardian.forget(running.pid);
  }

  #postmaster() {
    return findPostmaster(path.join(this.#dataDir, 'postgres'));
  }

  async #watch(): Promise<void> {
    const running = await this.#postmaster();
    if (running) this.#guardian.watch(running.pid, 'SIGQUIT');
  }
}

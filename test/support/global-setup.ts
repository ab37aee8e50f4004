/**
 * One throwaway PostgreSQL server for the whole run, started when the first test asks for databases; a run without such
 * tests never starts it. Tests reach this process over a socket of its own, because they run in others.
 */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { reasonOf } from '../../src/engine/errors.ts';
import { findRedis } from './redis-server.ts';
import { openTemplates, type Templates } from './templates.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests ask for databases. */
    databasesUrl: string;
    /** A Redis for this run, or null where there is none. */
    redisUrl: string | null;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let templates: Promise<Templates> | undefined;
  const server = createServer(async (request, response) => {
    try {
      templates ??= openTemplates();
      const { clone, drop } = await templates;
      const token = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
      const answer = request.method === 'DELETE' ? await drop(token) : await clone();
      response.end(JSON.stringify(answer ?? null));
    } catch (error) {
      response.writeHead(500).end(reasonOf(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('databasesUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const redis = await findRedis();
  project.provide('redisUrl', redis?.url ?? null);
  return async () => {
    await redis?.stop();
    await close(server);
    await (await templates)?.close();
  };
}

function close(server: HttpServer): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

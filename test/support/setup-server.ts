/** An empty server of one test file, for tests of setup itself. */
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { type Config, readConfig } from '../../src/config.ts';
import type { EmbeddedServer } from '../../src/databases/embedded.ts';
import type { LoginRole } from '../../src/databases/names.ts';
import { rolePasswords } from '../../src/databases/role-passwords.ts';
import { type Server, urlOf } from '../../src/databases/server.ts';
import { startThrowawayServer } from './throwaway-server.ts';

export type SetupServer = {
  server: EmbeddedServer;
  config: Config;
  /** Runs a statement as the administrator. */
  asAdmin(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  /** Runs statements, one after the other on one connection, as one of the roles that setup makes. */
  as(role: LoginRole, database: string, ...statements: string[]): Promise<Record<string, unknown>[]>;
  /** The server as somebody else administers it. */
  administeredBy(user: string, password: string): Server;
  stop(): Promise<void>;
};

export async function setupServer(): Promise<SetupServer> {
  const { server, dataDir } = await startThrowawayServer();
  const config = readConfig({ DATA_DIR: dataDir });
  return {
    server,
    config,
    asAdmin: (sql, database = 'postgres') =>
      query(urlOf(server, database, server.adminUser, server.adminPassword), sql),
    as: async (role, database, ...statements) => {
      const passwords = await rolePasswords(config);
      return query(urlOf(server, database, role, passwords[role]), ...statements);
    },
    administeredBy: (adminUser, adminPassword) => ({ ...server, adminUser, adminPassword }),
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function query(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('it did not fail'),
    (error) => error,
  );
}

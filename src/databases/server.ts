/** The server on which every database lives that has no URL of its own. */
import { type Config, databaseNames } from '../config.ts';
import { type EmbeddedServer, startEmbeddedServer } from './embedded.ts';
import { ServerError } from './server-error.ts';

export type Server = Pick<EmbeddedServer, 'host' | 'port' | 'adminUser' | 'adminPassword' | 'stop'>;

/**
 * The server at POSTGRES_HOST, or else the embedded one, which is started if it does not run.
 * Undefined when every database has a URL of its own. Throws {@link ServerError}.
 */
export async function openServer(config: Config): Promise<Server | undefined> {
  if (databaseNames.every((name) => config.databaseUrls[name])) return undefined;
  const { host, port, adminUser, adminPassword } = config.postgres;
  if (host === undefined) return startEmbeddedServer({ dataDir: config.dataDir });
  return { host, port, adminUser, adminPassword: adminPassword ?? '', stop: async () => undefined };
}

/** The URL of the server's administrator in one of its databases. Throws {@link ServerError} without a password. */
export function adminUrl(server: Server, database: string): string {
  if (!server.adminPassword) {
    throw new ServerError(
      `Setting up the server at ${server.host} takes its administrator's password: set POSTGRES_ADMIN_PASSWORD.`,
    );
  }
  return urlOf(server, database, server.adminUser, server.adminPassword);
}

export function urlOf(
  server: Pick<Server, 'host' | 'port'>,
  database: string,
  user: string,
  password: string,
): string {
  const url = new URL(`postgres://localhost/${encodeURIComponent(database)}`);
  url.hostname = server.host.includes(':') ? `[${server.host}]` : server.host;
  url.port = String(server.port);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url.href;
}

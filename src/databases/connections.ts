/** Which URL each database is reached under, by the application, by maintenance and by the queue. */
import { type Config, ConfigError, type DatabaseName, databaseNames } from '../config.ts';
import { databaseOf, type LoginRole, loginRoles, maintenanceOf, queueUser, userOf } from './names.ts';
import { readSecrets } from './secrets-file.ts';
import { type Server, urlOf } from './server.ts';

/** Settings in which no connection is left to be found out. */
export type ConnectedConfig = Config & {
  databaseUrls: Record<DatabaseName, string>;
  maintenanceUrls: Record<DatabaseName, string>;
};

/**
 * Fills in the URLs that the environment does not give: roles of our own on the default server, with the passwords of
 * the secrets file (made now if they do not exist; `setupDatabases` tells the server).
 * A database with a URL of its own also needs one for maintenance, because there the roles are not ours to make;
 * throws {@link ConfigError} naming it.
 */
export async function resolveConnections(
  config: Config,
  server: Server | undefined,
): Promise<ConnectedConfig> {
  const passwords = server ? await readSecrets(config.dataDir, loginRoles) : undefined;
  const resolve = (name: DatabaseName, role: LoginRole, variable: string): string => {
    if (!server || !passwords) throw new ConfigError(`${variable} is missing.`);
    return urlOf(server, databaseOf(name), role, passwords[role]);
  };
  const urls = (
    given: Config['databaseUrls'],
    roleOf: typeof userOf | typeof maintenanceOf,
    suffix: string,
  ) =>
    Object.fromEntries(
      databaseNames.map((name) => [
        name,
        given[name] ?? resolve(name, roleOf(name), `${name.toUpperCase()}_${suffix}`),
      ]),
    ) as Record<DatabaseName, string>;

  for (const name of databaseNames) {
    if (config.databaseUrls[name] && !config.maintenanceUrls[name]) {
      const prefix = name.toUpperCase();
      throw new ConfigError(
        `${prefix}_DATABASE_URL is set, so ${prefix}_MAINTENANCE_DATABASE_URL must be too: the URL of a second user of that database, for work that crosses organisations.`,
      );
    }
  }
  return {
    ...config,
    databaseUrls: urls(config.databaseUrls, userOf, 'DATABASE_URL'),
    maintenanceUrls: urls(config.maintenanceUrls, maintenanceOf, 'MAINTENANCE_DATABASE_URL'),
    queue: {
      ...config.queue,
      // a workflows_db elsewhere has no queue_user of ours; its own user may then hold the queue
      databaseUrl: config.queue.redisUrl
        ? undefined
        : (config.queue.databaseUrl ??
          config.databaseUrls.workflows ??
          resolve('workflows', queueUser, 'QUEUE_DATABASE_URL')),
    },
  };
}

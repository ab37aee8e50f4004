/** Which URL each database is reached under, by the application, by maintenance and by the queue. */
import { type Config, ConfigError, type DatabaseName, databaseNames } from '../config.ts';
import { databaseOf, type LoginRole, maintenanceOf, queueUser, userOf } from './names.ts';
import { currentPassword, generatedRoles, rolePasswords } from './role-passwords.ts';
import { type Server, urlOf } from './server.ts';

/** Settings in which no connection is left to be found out. */
export type ConnectedConfig = Config & {
  databaseUrls: Record<DatabaseName, string>;
  maintenanceUrls: Record<DatabaseName, string>;
  /** Roles of these URLs whose password is in the secrets file, and may change while the program runs. */
  generatedRoles?: LoginRole[];
};

/**
 * Fills in the URLs that the environment does not give: roles of our own on the default server, with the passwords of
 * the environment or the secrets file (made now if they do not exist; `setupDatabases` tells the server).
 * A database with a URL of its own also needs one for maintenance, because there the roles are not ours to make;
 * throws {@link ConfigError} naming it.
 * @param make whether passwords that do not exist are made up; otherwise they are empty
 * @param pooled for transactions only: through the pooler, where there is one. The queue goes past it always: it listens
 */
export async function resolveConnections(
  config: Config,
  server: Pick<Server, 'host' | 'port'> | undefined,
  { make = true, pooled = false }: { make?: boolean; pooled?: boolean } = {},
): Promise<ConnectedConfig> {
  const passwords = server ? await rolePasswords(config, make) : undefined;
  const resolved: LoginRole[] = [];
  const pooler = pooled ? config.postgres.pooler : undefined;
  const resolve = (name: DatabaseName, role: LoginRole, variable: string, at = server): string => {
    if (!at || !passwords) throw new ConfigError(`${variable} is missing.`);
    resolved.push(role);
    return urlOf(at, databaseOf(name), role, passwords[role]);
  };
  const urls = (
    given: Config['databaseUrls'],
    roleOf: typeof userOf | typeof maintenanceOf,
    suffix: string,
  ) =>
    Object.fromEntries(
      databaseNames.map((name) => [
        name,
        given[name] ?? resolve(name, roleOf(name), `${name.toUpperCase()}_${suffix}`, pooler ?? server),
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
  const databaseUrls = urls(config.databaseUrls, userOf, 'DATABASE_URL');
  const maintenanceUrls = urls(config.maintenanceUrls, maintenanceOf, 'MAINTENANCE_DATABASE_URL');
  // a workflows_db elsewhere has no queue_user of ours; its own user may then hold the queue
  const queueUrl = config.queue.redisUrl
    ? undefined
    : (config.queue.databaseUrl ??
      config.databaseUrls.workflows ??
      resolve('workflows', queueUser, 'QUEUE_DATABASE_URL'));
  const generated = generatedRoles(config.rolePasswords);
  return {
    ...config,
    databaseUrls,
    maintenanceUrls,
    queue: { ...config.queue, databaseUrl: queueUrl },
    generatedRoles: generated.filter((role) => resolved.includes(role)),
  };
}

/**
 * What each new connection to this URL asks for its password before it is opened, where that may change while the
 * program runs; undefined where it stays what the URL says.
 */
export function livePassword(
  { dataDir, generatedRoles = [] }: Partial<Pick<ConnectedConfig, 'dataDir' | 'generatedRoles'>>,
  url: string,
): (() => Promise<string>) | undefined {
  const role = decodeURIComponent(new URL(url).username);
  if (dataDir === undefined || !generatedRoles.some((generated) => generated === role)) return undefined;
  return () => currentPassword(dataDir, role, url);
}

/**
 * Sets up the eight databases: roles, databases, schemas by migration, row-level security, the queue's schema.
 * Every step looks first whether it is done, so setup may be run again at any time; it stops at the first statement
 * that fails.
 *
 * A database with a URL of its own is used as it is: the URL's user runs its migrations, owns its tables and reads and
 * writes them; the policies hold for him because they are forced. He must not be a superuser.
 */
import { type Config, type DatabaseName, databaseNames } from '../config.ts';
import { type ConnectedConfig, resolveConnections } from './connections.ts';
import { ensureDatabase } from './create-database.ts';
import { type MigrationTarget, migrate } from './migrate.ts';
import { databaseOf, maintenanceOf, ownerOf, queueUser, userOf } from './names.ts';
import type { MigrationSource } from './orm.ts';
import { ensureQueueSchema, ensureQueueSchemaAt } from './queue-schema.ts';
import { connectGrants, ensureLogin, ensureOwner, ownership } from './roles.ts';
import { adminUrl, openServer, type Server } from './server.ts';
import { withSession } from './statements.ts';

export type SetupOptions = {
  /** What `openServer` gave; otherwise it is opened for the time of setup. */
  server?: Server | undefined;
  /** Told each step when it is done, in a few words. */
  onProgress?: (step: string) => void;
  /** Other migrations than the project's own, for tests. */
  sources?: Partial<Record<DatabaseName, MigrationSource>>;
};

/** Throws `ServerError`, `ConfigError` or `SetupError`, each with a sentence that says what to mend. */
export async function setupDatabases(config: Config, options: SetupOptions = {}): Promise<void> {
  const progress = options.onProgress ?? (() => undefined);
  const server = options.server ?? (await openServer(config));
  try {
    const urls = await resolveConnections(config, server);
    for (const name of databaseNames) {
      const ours = server && !config.databaseUrls[name];
      const target = ours ? await provision(name, server, urls) : elsewhere(name, urls);
      const applied = await migrate({ ...target, source: options.sources?.[name] });
      progress(`${databaseOf(name)}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
    }
    await setUpQueue(config, server, urls);
    progress(config.queue.redisUrl ? 'queue: on Redis' : 'queue: up to date');
  } finally {
    if (!options.server) await server?.stop();
  }
}

/** Makes the roles and the database on the default server. */
async function provision(
  name: DatabaseName,
  server: Server,
  urls: ConnectedConfig,
): Promise<MigrationTarget> {
  const database = databaseOf(name);
  await withSession(adminUrl(server, 'postgres'), async (session) => {
    await ensureOwner(session, ownerOf(name));
    await ensureLogin(session, userOf(name), passwordOf(urls.databaseUrls[name]));
    await ensureLogin(session, maintenanceOf(name), passwordOf(urls.maintenanceUrls[name]));
    await ensureDatabase(session, database, ownerOf(name));
    for (const statement of connectGrants(name, database)) await session.run(statement);
  });
  const url = adminUrl(server, database);
  await withSession(url, async ({ run }) => {
    for (const statement of ownership(name)) await run(statement);
  });
  return { name, url, owner: ownerOf(name), users: [userOf(name)], maintenance: maintenanceOf(name) };
}

/** A database with a URL of its own: nothing is made there but what the migrations make. */
function elsewhere(name: DatabaseName, urls: ConnectedConfig): MigrationTarget {
  const maintenance = decodeURIComponent(new URL(urls.maintenanceUrls[name]).username);
  return { name, url: urls.databaseUrls[name], users: [], maintenance };
}

async function setUpQueue(config: Config, server: Server | undefined, urls: ConnectedConfig): Promise<void> {
  const url = urls.queue.databaseUrl;
  if (!url) return;
  if (!server || config.queue.databaseUrl || config.databaseUrls.workflows) return ensureQueueSchemaAt(url);
  const database = databaseOf('workflows');
  await withSession(adminUrl(server, 'postgres'), async (session) => {
    await ensureLogin(session, queueUser, passwordOf(url));
    await session.run(`grant connect on database ${database} to ${queueUser}`);
  });
  await ensureQueueSchema(adminUrl(server, database));
}

const passwordOf = (url: string) => decodeURIComponent(new URL(url).password);

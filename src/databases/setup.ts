/**
 * Sets up the eight databases: roles, databases, schemas by migration, row-level security, the queue's schema, and the
 * reader's way across all of them. Every step looks first whether it is done, so setup may be run again at any time; it
 * stops at the first statement that fails. The same steps print the plan and check a live server: see `requirements.ts`.
 *
 * A database with a URL of its own is used as it is: the URL's user runs its migrations, owns its tables and reads and
 * writes them; the policies hold for him because they are forced. He must not be a superuser.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Config, DatabaseName } from '../config.ts';
import { resolveConnections } from './connections.ts';
import type { MigrationSource } from './orm.ts';
import type { Difference } from './requirements.ts';
import { rolePasswords } from './role-passwords.ts';
import { settleRotation } from './rotate-passwords.ts';
import { adminUrl, openServer, type Server } from './server.ts';
import { underSetupLock } from './setup-lock.ts';
import { walkSetup } from './setup-walk.ts';

export type SetupOptions = {
  /** What `openServer` gave; otherwise it is opened for the time of setup. */
  server?: Server | undefined;
  /** Told each step when it is done, in a few words. */
  onProgress?: (step: string) => void;
  /** Other migrations than the project's own, for tests. */
  sources?: Partial<Record<DatabaseName, MigrationSource>>;
};

export type PlannedStatement = {
  database: string;
  /** Whom the administrator acts as for it. */
  role: string | undefined;
  /** Without passwords. */
  statement: string;
};

/** Throws `ServerError`, `ConfigError` or `SetupError`, each with a sentence that says what to mend. */
export async function setupDatabases(config: Config, options: SetupOptions = {}): Promise<void> {
  const progress = options.onProgress ?? (() => undefined);
  await withServer(config, options, async (server) => {
    const lock = server
      ? adminUrl(server, 'postgres')
      : (await resolveConnections(config, server)).databaseUrls.task;
    const onWait = () => progress('waiting for another setup that is at work on this server');
    await underSetupLock(lock, onWait, async () => {
      if (server) await settleRotation(config, server);
      await walkSetup(
        {
          config,
          urls: await resolveConnections(config, server),
          passwords: await rolePasswords(config),
          conduct: { mode: 'run' },
          progress,
          sources: options.sources ?? {},
        },
        server,
      );
    });
  });
}

/** Every statement that setup would run now, in order. Runs none, makes no password, starts no new server. */
export async function planSetup(config: Config, options: SetupOptions = {}): Promise<PlannedStatement[]> {
  const planned: PlannedStatement[] = [];
  await look(config, options, {
    mode: 'plan',
    plan: (database, role, statement) => planned.push({ database, role, statement }),
  });
  return planned;
}

/** In what a live server differs from the plan: empty when it is as setup leaves it. */
export async function checkSetup(config: Config, options: SetupOptions = {}): Promise<Difference[]> {
  const differences: Difference[] = [];
  await look(config, options, { mode: 'check', differ: (difference) => differences.push(difference) });
  return differences;
}

async function look(
  config: Config,
  options: SetupOptions,
  conduct: Parameters<typeof walkSetup>[0]['conduct'],
): Promise<void> {
  const walk = async (server: Server | undefined, exists: boolean) =>
    walkSetup(
      {
        config,
        urls: await resolveConnections(config, server, { make: false }),
        passwords: await rolePasswords(config, false),
        conduct,
        progress: options.onProgress ?? (() => undefined),
        sources: options.sources ?? {},
      },
      server,
      exists,
    );
  if (!options.server && (await isToBeMade(config))) return walk(server(config), false);
  await withServer(config, options, (server) => walk(server, true));
}

/** Whether the embedded server has not been made yet: looking at it would make it. */
export async function isToBeMade({ postgres, dataDir }: Config): Promise<boolean> {
  if (postgres.host !== undefined) return false;
  return access(path.join(dataDir, 'postgres', 'PG_VERSION')).then(
    () => false,
    () => true,
  );
}

/** Stands for the embedded server that will be made. */
const server = ({ postgres }: Config): Server => ({
  host: '127.0.0.1',
  port: 0,
  adminUser: postgres.adminUser,
  adminPassword: 'not made yet',
  stop: async () => undefined,
});

async function withServer(
  config: Config,
  options: SetupOptions,
  work: (server: Server | undefined) => Promise<void>,
): Promise<void> {
  if (options.server) return work(options.server);
  const server = await openServer(config);
  try {
    await work(server);
  } catch (error) {
    // why the work failed is what counts, not that the server then did not stop either
    await server?.stop().catch(() => undefined);
    throw error;
  }
  await server?.stop();
}

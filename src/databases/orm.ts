/** How every MikroORM of ours is set up. The entities are listed, never searched for. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { entities as analytics } from '../../entities/analytics/index.ts';
import { Change } from '../../entities/change-log.ts';
import { entities as codebase } from '../../entities/codebase/index.ts';
import { entities as events } from '../../entities/events/index.ts';
import { entities as learning } from '../../entities/learning/index.ts';
import { entities as projects } from '../../entities/projects/index.ts';
import { entities as prompts } from '../../entities/prompts/index.ts';
import { entities as task } from '../../entities/task/index.ts';
import { entities as workflows } from '../../entities/workflows/index.ts';
import type { DatabaseName } from '../config.ts';
import { guardEntities } from './guards.ts';
import { clientWith } from './live-client.ts';
import { freeWhatIsLost } from './lost-connections.ts';
import { databaseOf } from './names.ts';

const own: Record<DatabaseName, NonNullable<Options['entities']>> = {
  task,
  projects,
  prompts,
  codebase,
  analytics,
  events,
  learning,
  workflows,
};

/** What every database has besides its own. */
const entitiesOf = (name: DatabaseName) => [...own[name], Change];

/** The folder of a database's migrations and of the snapshot of what they make. */
export const migrationsFolder = (name: DatabaseName) =>
  fileURLToPath(new URL(`../../migrations/${name}`, import.meta.url));

/** TypeScript in a checkout, JavaScript in the built package; never the declarations beside it. */
const migrationFile = /^Migration[^.]*\.(ts|js)$/;

/** The migrations that this version of the program counts on, as the server records them. */
export async function migrationNames(name: DatabaseName): Promise<string[]> {
  const files = await readdir(migrationsFolder(name)).catch(() => []);
  return files.filter((file) => migrationFile.test(file)).map((file) => path.parse(file).name);
}

/** What the connections of workers and the API are called at the server. */
export const ormApplication = 'gsw';

/**
 * For reading and writing rows. It connects with its first query; never more than `max` connections.
 * @param password asked for before each new connection; undefined: the URL's
 */
export function ormFor(
  name: DatabaseName,
  clientUrl: string,
  { max, password }: { max: number; password?: (() => Promise<string>) | undefined },
): MikroORM {
  return new MikroORM({
    clientUrl,
    entities: entitiesOf(name),
    ensureDatabase: false,
    pool: { min: 0, max, idleTimeoutMillis: 30_000 },
    driverOptions: {
      connectionTimeoutMillis: 30_000,
      application_name: ormApplication,
      keepAlive: true,
      onPoolCreated: freeWhatIsLost,
      ...(password ? { Client: clientWith(password) } : {}),
    },
    debug: false,
  });
}

export type MigrationSource = {
  folder: string;
  entities?: NonNullable<Options['entities']>;
  /** The last one to run, by its name; without it, all. */
  upTo?: string;
};

/**
 * For migrations. Without `clientUrl` it can compare entities with the snapshot but not connect.
 * @param role acts as this role, so that it owns what is made
 */
export function migrationOrm(
  name: DatabaseName,
  options: {
    clientUrl?: string;
    role?: string | undefined;
    source?: MigrationSource | undefined;
    onStatement?: (statement: string) => void;
  } = {},
): MikroORM & { migrator: Migrator } {
  const source = options.source ?? { folder: migrationsFolder(name) };
  const orm = new MikroORM({
    ...(options.clientUrl ? { clientUrl: options.clientUrl } : { dbName: databaseOf(name) }),
    entities: source.entities ?? entitiesOf(name),
    extensions: [Migrator],
    ensureDatabase: false,
    discovery: { afterDiscovered: guardEntities },
    onQuery: (statement) => {
      options.onStatement?.(statement);
      return statement;
    },
    pool: { min: 0, max: 2 },
    driverOptions: {
      connectionTimeoutMillis: 30_000,
      application_name: 'gsw setup',
      ...(options.role ? { options: `-c role=${options.role}` } : {}),
    },
    migrations: {
      path: source.folder,
      glob: `Migration*${path.extname(import.meta.url)}`,
      snapshotName: `.snapshot-${databaseOf(name)}`,
      // written by create-migration alone: a snapshot that follows the server could hide drift
      snapshotOnMigrate: false,
      disableForeignKeys: false,
      silent: true,
    },
    debug: false,
  });
  return orm as MikroORM & { migrator: Migrator };
}

/** Brings one database up to date with its migrations, and checks that no table is left unprotected. */
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import { reasonOf } from '../engine/errors.ts';
import { restrict, restrictedTables, restrictedTablesThere } from './append-only.ts';
import { foundations } from './foundations.ts';
import { type MigrationSource, migrationOrm } from './orm.ts';
import { allowPartitioning, partitioning } from './partitions.ts';
import { allowMaintenance, tablesWithoutMaintenance, unprotectedTables } from './policies.ts';
import { grantRows, rowGrants, tablesWithoutGrant } from './roles.ts';
import { SetupError, withSession } from './statements.ts';

const identifier = pg.escapeIdentifier;

export type MigrationTarget = {
  name: DatabaseName;
  /** Who runs the migrations, and where. */
  url: string;
  /** Whom that user acts as: the owner of the tables. Undefined: as himself. */
  owner?: string;
  /** Who reads and writes one organisation at a time; empty where the owner does that himself. */
  users: string[];
  /** Who reads and writes all organisations. */
  maintenance: string;
  source?: MigrationSource | undefined;
};

/** Runs the migrations that have not run, all or none. Returns their names. Throws {@link SetupError}. */
export async function migrate(target: MigrationTarget): Promise<string[]> {
  const roles = [...target.users, target.maintenance];
  const session = target.owner ? { role: target.owner } : {};
  await withSession(
    target.url,
    async ({ run }) => {
      const statements = [...foundations, ...partitioning(target.name), ...rowGrants(roles)];
      for (const statement of statements) await run(statement);
    },
    session,
  );

  const applied = await runMigrations(target);

  await withSession(
    target.url,
    async ({ run, database }) => {
      for (const statement of allowPartitioning(target.name, target.maintenance)) await run(statement);
      for (const role of roles) {
        await run(`revoke all on mikro_orm_migrations from ${identifier(role)}`);
        await run(`grant select on mikro_orm_migrations to ${identifier(role)}`);
        for (const { relname } of await run(tablesWithoutGrant(role))) {
          await run(grantRows(String(relname), role));
        }
      }
      for (const { relname } of await run(restrictedTablesThere)) {
        const table = String(relname);
        const rights = restrictedTables[table] ?? { user: [], maintenance: [] };
        for (const user of target.users) {
          for (const statement of restrict(table, rights.user, user)) await run(statement);
        }
        for (const statement of restrict(table, rights.maintenance, target.maintenance)) await run(statement);
      }
      for (const { relname } of await run(tablesWithoutMaintenance(target.maintenance))) {
        for (const statement of allowMaintenance(String(relname), target.maintenance)) await run(statement);
      }
      const unprotected = (await run(unprotectedTables)).map(({ relname }) => relname);
      if (unprotected.length > 0) {
        throw new SetupError(
          database,
          `without row-level security, enabled and forced: ${unprotected.join(', ')}. Add enableRowLevelSecurity(…) of src/databases/policies.ts in a migration.`,
        );
      }
    },
    session,
  );
  return applied;
}

async function runMigrations(target: MigrationTarget): Promise<string[]> {
  let current = 'the table of migrations';
  let statement = '';
  const orm = migrationOrm(target.name, {
    clientUrl: target.url,
    role: target.owner,
    source: target.source,
    onStatement: (next) => {
      statement = next;
    },
  });
  orm.migrator.on('migrating', ({ name }) => {
    current = name;
  });
  try {
    const applied = await orm.migrator.up();
    return applied.map(({ name }) => name);
  } catch (error) {
    const database = decodeURIComponent(new URL(target.url).pathname.slice(1));
    throw new SetupError(database, `in ${current}: ${reasonOf(error)}`, {
      ...(statement ? { statement } : {}),
      cause: error,
    });
  } finally {
    await orm.close(true);
  }
}

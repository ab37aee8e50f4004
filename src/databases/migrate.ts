/** Brings one database up to date with its migrations, and checks that no table is left unprotected. */
import type { DatabaseName } from '../config.ts';
import { reasonOf } from '../engine/errors.ts';
import { foundations } from './foundations.ts';
import { schemaRequirements } from './grants.ts';
import { type MigrationSource, migrationNames, migrationOrm } from './orm.ts';
import { partitioning } from './partitions.ts';
import type { Requirement } from './requirements.ts';
import { type Session, SetupError } from './statements.ts';

export type MigrationTarget = {
  name: DatabaseName;
  /** Who runs the migrations, and where. */
  url: string;
  /** Who owns the tables, and what the user of the URL acts as; he himself where he is the owner. */
  owner: string;
  /** Who reads and writes one organisation at a time; empty where the owner does that himself. */
  users: string[];
  /** Who reads and writes all organisations. */
  maintenance: string;
  /** Who reads all organisations. */
  readers: string[];
  source?: MigrationSource | undefined;
};

/** What the migrations build on. */
export const beforeMigrations = ({
  name,
  owner,
  users,
  maintenance,
  readers,
}: MigrationTarget): Requirement[] => [
  ...schemaRequirements(owner, [...users, maintenance], readers),
  { always: [...foundations, ...partitioning(name)] },
];

/** Runs the migrations that have not run, all or none. Returns their names. Throws {@link SetupError}. */
export async function runMigrations(target: MigrationTarget): Promise<string[]> {
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
    const upTo = target.source?.upTo;
    const applied = await orm.migrator.up(upTo ? { to: upTo } : {});
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

/** Which migrations have not run here, and which have run that this version of the program does not know. */
export async function compareMigrations(session: Session, name: DatabaseName) {
  const expected = await migrationNames(name);
  const [table] = session.absent
    ? []
    : await session.run(`select from pg_class where oid = to_regclass('public.mikro_orm_migrations')`);
  const rows = table ? await session.run('select name from mikro_orm_migrations order by id') : [];
  const applied = rows.map((row) => String(row.name));
  return {
    pending: expected.filter((migration) => !applied.includes(migration)).sort(),
    unknown: applied.filter((migration) => !expected.includes(migration)),
  };
}

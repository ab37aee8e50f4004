/** One of the eight: its schema, its migrations, and what has to hold for each of its tables. */
import type { DatabaseName } from '../config.ts';
import { describeDatabase } from './describe.ts';
import { compareSchema, goldenSchema, relationsIn, withoutPartitioning } from './golden-schema.ts';
import { ownSchema } from './grants.ts';
import { beforeMigrations, compareMigrations, type MigrationTarget, runMigrations } from './migrate.ts';
import { analyticsReader, databaseOf, maintenanceOf, ownerOf, userOf } from './names.ts';
import { allowPartitioning } from './partitions.ts';
import { statementsOf } from './plan-migrations.ts';
import { relationRequirements, relationsOf, unprotectedPartitions } from './relations.ts';
import { type Conduct, fulfil, type Lack } from './requirements.ts';
import { adminUrl } from './server.ts';
import type { Ground, Walk } from './setup-walk.ts';
import { type Session, withSession } from './statements.ts';

/** A database, and how to work in it as the owner of its tables. */
type Place = {
  target: MigrationTarget;
  ours: boolean;
  open<T>(work: (session: Session) => Promise<T>): Promise<T>;
};

/** @param ground the default server, where the database is there */
export async function setUpDatabase(
  walk: Walk,
  ground: Ground | undefined,
  name: DatabaseName,
): Promise<void> {
  const place = ground ? onServer(walk, ground, name) : elsewhere(walk, name);
  const { target, ours, open } = place;
  const { conduct, progress } = walk;
  const label = databaseOf(name);
  const isAbsent = await open(async (session) => {
    // what lacks in a database that does not exist has been said with that
    if (session.absent && conduct.mode === 'check') return true;
    if (ours) await fulfil(session, ownSchema(target.owner), conduct);
    await fulfil(session, beforeMigrations(target), conduct);
    return false;
  });
  if (isAbsent) return progress(`${label}: not there`);
  if (conduct.mode === 'run') {
    const applied = await runMigrations(target);
    await open(async (session) => fulfil(session, await requirementsIn(session, target), conduct));
    return progress(`${label}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
  }
  await open(async (session) => {
    const { pending, unknown } = await compareMigrations(session, name);
    if (conduct.mode === 'plan') await planMigrations(session, target, pending, conduct);
    const found = await fulfil(session, await requirementsIn(session, target, pending.length > 0), conduct);
    if (conduct.mode === 'check') await compare(session, place, { pending, unknown, found }, conduct);
  });
  progress(`${label}: looked through`);
}

function onServer(walk: Walk, { server, at }: Ground, name: DatabaseName): Place {
  const owner = ownerOf(name);
  return {
    ours: true,
    open: (work) => at(databaseOf(name), owner, work),
    target: {
      name,
      url: walk.conduct.mode === 'run' ? adminUrl(server, databaseOf(name)) : '',
      owner,
      users: [userOf(name)],
      maintenance: maintenanceOf(name),
      readers: [analyticsReader],
      source: walk.sources[name],
    },
  };
}

/** A database with a URL of its own: nothing is made there but what the migrations make. */
function elsewhere({ urls, sources }: Walk, name: DatabaseName): Place {
  const userIn = (url: string) => decodeURIComponent(new URL(url).username);
  const url = urls.databaseUrls[name];
  return {
    ours: false,
    open: (work) => withSession(url, work),
    target: {
      name,
      url,
      owner: userIn(url),
      users: [],
      maintenance: userIn(urls.maintenanceUrls[name]),
      readers: [],
      source: sources[name],
    },
  };
}

/** What is there already; for a plan, also what the migrations will make. */
async function requirementsIn(session: Session, target: MigrationTarget, more = false) {
  const there = session.absent ? [] : await relationsOf(session);
  const coming = more ? relationsIn(await goldenSchema(target.name)) : [];
  const names = new Set(there.map(({ name }) => name));
  const relations = [...there, ...coming.filter(({ name }) => !names.has(name))];
  return [
    { always: allowPartitioning(target.name, target.maintenance) },
    ...relationRequirements(relations, target),
    unprotectedPartitions,
  ];
}

async function planMigrations(
  session: Session,
  target: MigrationTarget,
  pending: string[],
  conduct: Extract<Conduct, { mode: 'plan' }>,
): Promise<void> {
  for (const migration of pending) {
    conduct.plan(session.database, session.role, `-- ${migration}`);
    for (const statement of await statementsOf(target, migration)) {
      conduct.plan(session.database, session.role, statement);
    }
  }
}

/** With the migrations that this program knows, and with the schema that they make. */
async function compare(
  session: Session,
  { target, ours }: Place,
  { pending, unknown, found }: { pending: string[]; unknown: string[]; found: Lack[] },
  conduct: Extract<Conduct, { mode: 'check' }>,
): Promise<void> {
  const { database } = session;
  for (const migration of pending) {
    conduct.differ({ database, difference: `${migration} has not run`, mend: 'gsw setup' });
  }
  for (const migration of unknown) {
    const mend = 'use the version of gsw that this database was set up with, or a later one';
    conduct.differ({ database, difference: `${migration} has run, and is not known here`, mend });
  }
  if (pending.length > 0 || unknown.length > 0) return;
  const roles = ours
    ? {}
    : { [target.owner]: ownerOf(target.name), [target.maintenance]: maintenanceOf(target.name) };
  const theirs = new RegExp(
    `^grant .* to (${userOf(target.name)}|${analyticsReader}):|^policy .* to ${analyticsReader} `,
  );
  const hypertables = await session.run(`select from pg_extension where extname = 'timescaledb'`);
  const alike = hypertables.length > 0 ? withoutPartitioning : (lines: string[]) => lines;
  const golden = alike(await goldenSchema(target.name));
  const live = alike(await describeDatabase(session, roles));
  const differences = compareSchema(
    live,
    ours ? golden : golden.filter((line) => !theirs.test(line)),
    found.flatMap(({ covers }) => covers ?? []),
  );
  for (const { difference, statements, refusal } of differences) {
    conduct.differ({
      database,
      difference,
      mend: refusal ?? `${statements.map(({ sql }) => sql).join('; ')};`,
    });
  }
}

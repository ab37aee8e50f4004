/** Sees to the reader's way from analytics_db into the seven others. */
import type { DatabaseName } from '../config.ts';
import { reasonOf } from '../engine/errors.ts';
import {
  foreignRequirements,
  mapPassword,
  passesOn,
  shapesOf,
  wrapperRequirements,
} from './foreign-tables.ts';
import { goldenSchema, shapesIn } from './golden-schema.ts';
import { analyticsReader, databaseOf, ownerOf } from './names.ts';
import { fulfil, lacks } from './requirements.ts';
import { urlOf } from './server.ts';
import type { Ground, Walk } from './setup-walk.ts';
import { SetupError, withSession } from './statements.ts';

const home = databaseOf('analytics');
const owner = ownerOf('analytics');

/**
 * postgres_fdw is for superusers to bring in. Where the administrator is none and it is not there, all else is done; what
 * is missing is said, and stays a difference for the check.
 */
export async function setUpForeignTables(walk: Walk, ground: Ground): Promise<void> {
  const { conduct, progress } = walk;
  const { facts, names } = ground.scope;
  const others = names.filter((name) => name !== 'analytics');
  const missing = await ground.at(home, undefined, async (session) => {
    if (session.absent && conduct.mode === 'check') return undefined;
    if (conduct.mode === 'run' && !facts.superuser) {
      const lacking = await lacks(session, wrapperRequirements);
      const mend = lacking.flatMap(({ statements }) => statements.map(({ sql }) => `${sql};`)).join(' ');
      if (mend)
        return `reading across databases: not yet. As a superuser, run in ${home}: ${mend} Then run setup again`;
    }
    await fulfil(session, wrapperRequirements, conduct);
    return '';
  });
  if (missing === undefined) return;
  if (missing !== '') return progress(missing);

  let changed = 0;
  for (const name of others) {
    const requirements = foreignRequirements(await remote(walk, ground, name), facts.version);
    changed += (await ground.at(home, owner, (session) => fulfil(session, requirements, conduct))).length;
  }
  const works = await tryOut(walk, ground, others);
  progress(
    `reading across databases: ${changed + works === 0 ? 'up to date' : `${changed + works} made or mended`}`,
  );
}

async function remote({ config, passwords }: Walk, { server, at }: Ground, name: DatabaseName) {
  const shapes = await at(databaseOf(name), undefined, async (session) =>
    session.absent ? shapesIn(await goldenSchema(name)) : shapesOf(session),
  );
  const { ownHost, ownPort } = config.postgres;
  return {
    name,
    host: ownHost ?? server.host,
    port: ownPort ?? server.port,
    shapes,
    password: passwords[analyticsReader],
  };
}

/** Whether the reader comes through to each of them: what looks right may still lead nowhere. */
async function tryOut({ conduct, passwords }: Walk, ground: Ground, names: DatabaseName[]): Promise<number> {
  if (conduct.mode === 'plan') return 0;
  let mended = 0;
  for (const name of names) {
    const reason = await comesThrough(ground, passwords[analyticsReader], name);
    if (reason === undefined) continue;
    const difference = `${analyticsReader} does not come through from ${home} to ${databaseOf(name)}: ${reason}`;
    if (conduct.mode === 'check') {
      const mend =
        'gsw setup; if that says the same, let the server ask for passwords (pg_hba.conf: scram-sha-256), or set POSTGRES_OWN_HOST and POSTGRES_OWN_PORT';
      conduct.differ({ database: home, difference, mend });
      continue;
    }
    mended++;
    if (!passesOn(ground.scope.facts.version)) {
      const { sql, shown } = mapPassword(name, passwords[analyticsReader]);
      await ground.at(home, owner, ({ run }) => run(sql, shown));
      if ((await comesThrough(ground, passwords[analyticsReader], name)) === undefined) continue;
    }
    throw new SetupError(
      home,
      `${difference}. The server has to reach itself at the address that setup uses (or POSTGRES_OWN_HOST and POSTGRES_OWN_PORT), and to ask for a password there (pg_hba.conf: scram-sha-256).`,
    );
  }
  return mended;
}

/** Undefined where it does; otherwise the reason. */
async function comesThrough(
  { server, at }: Ground,
  password: string,
  name: DatabaseName,
): Promise<string | undefined> {
  const [table] = await at(home, undefined, ({ run }) =>
    run(`select foreign_table_schema || '.' || quote_ident(foreign_table_name) as name
           from information_schema.foreign_tables where foreign_table_schema = '${name}' order by 1 limit 1`),
  );
  if (!table) return undefined;
  try {
    await withSession(urlOf(server, home, analyticsReader, password), ({ run }) =>
      run(`select 1 from ${table.name} limit 1`),
    );
    return undefined;
  } catch (error) {
    return reasonOf(error instanceof SetupError ? error.cause : error);
  }
}

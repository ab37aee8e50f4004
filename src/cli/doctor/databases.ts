/** The eight databases: whether they answer and are as setup leaves them, and whether clocks agree. */
import { type Config, type DatabaseName, databaseNames } from '../../config.ts';
import { resolveConnections } from '../../databases/connections.ts';
import { adminUrl, type Server } from '../../databases/server.ts';
import { factsOf } from '../../databases/server-facts.ts';
import { checkSetup } from '../../databases/setup.ts';
import { withSession } from '../../databases/statements.ts';
import type { Engine } from '../../engine/engine.ts';
import { commandName } from '../output.ts';
import { count } from '../style.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** As its administrator where his password is at hand, else as the application. */
export async function lookAtServer(config: Config, server: Server): Promise<Finding[]> {
  const { databaseUrls } = await resolveConnections(config, server, { make: false });
  const ours = databaseNames.find((name) => !config.databaseUrls[name]) as DatabaseName;
  const url = server.adminPassword ? adminUrl(server, 'postgres') : databaseUrls[ours];
  const { version } = await withSession(url, factsOf);
  return [ok('postgresql', `the server answers, PostgreSQL ${Math.floor(version / 10_000)}`)];
}

/** @param server undefined: every database has a URL of its own */
export async function lookAtSetup(config: Config, server: Server | undefined): Promise<Finding[]> {
  if (server && !server.adminPassword) {
    return [
      warning(
        'databases',
        'Roles, rights and tables are not compared with those of this version: that takes the password of the administrator.',
        'Set POSTGRES_ADMIN_PASSWORD for this command alone, where setup has it.',
      ),
    ];
  }
  const differences = await checkSetup(config);
  if (differences.length === 0) {
    return [ok('databases', `all ${databaseNames.length} have the roles, rights and tables of this version`)];
  }
  const found = differences
    .slice(0, shown)
    .map(({ database, difference, mend }) => failed('databases', `${database}: ${difference}`, mend));
  if (differences.length <= shown) return found;
  return [
    ...found,
    failed(
      'databases',
      `There are ${differences.length - shown} more differences from what setup makes.`,
      `See all: ${commandName} setup --check. Mend them: ${commandName} setup`,
    ),
  ];
}

/** Nobody reads on after so many. */
const shown = 5;

/** Apart by more than this, times in rows and in logs do not fit together. */
const noticeableMs = 1_000;
/** Apart by more than this, what waits for a time comes too early or too late. */
const harmfulMs = 10_000;

export async function lookAtClock({ databases }: Engine): Promise<Finding[]> {
  const asked = Date.now();
  const [row] = await databases.maintenance.workflows((em) =>
    em.execute<{ now: number }[]>('select extract(epoch from clock_timestamp())::float8 * 1000 as now'),
  );
  return [clockFinding((asked + Date.now()) / 2, row?.now ?? 0)];
}

/** @param here and @param there milliseconds since 1970, at the same moment */
export function clockFinding(here: number, there: number): Finding {
  const apart = Math.abs(here - there);
  if (apart <= noticeableMs) return ok('clock', 'this machine and PostgreSQL agree on the time');
  const what = `This machine's clock is ${(apart / 1000).toFixed(1)} s ${here > there ? 'ahead of' : 'behind'} PostgreSQL's.`;
  const mend = 'Let a time service (NTP, chrony) set both.';
  return apart > harmfulMs ? failed('clock', what, mend) : warning('clock', what, mend);
}

/** What happened and was not told to the other databases is younger than this while a worker runs. */
const publishedWithin = '1 minute';

export async function lookAtOutbox({ databases }: Engine): Promise<Finding[]> {
  const [row] = await databases.maintenance.workflows((em) =>
    em.execute<{ count: number; since: string | null }[]>(
      `select count(*)::int as count, to_char(min(occurred_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as since
         from outbox where published_at is null and occurred_at < clock_timestamp() - interval '${publishedWithin}'`,
    ),
  );
  if (!row?.count) return [ok('outbox', 'the other databases have heard of all that happened')];
  return [
    failed(
      'outbox',
      `${count(row.count, 'event')} since ${row.since} UTC not told to the other databases.`,
      'See that a worker serves the queue `projections`, and read in its log why it fails.',
    ),
  ];
}

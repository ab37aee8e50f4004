/** What PostgreSQL spends its time on while our workflows run: statement by statement, those inside of triggers too. */
import pg from 'pg';
import type { Servers } from './contender.ts';

export type Spent = {
  database: string;
  /** Its first words. */
  statement: string;
  /** Inside of a trigger or function, so that its time is part of another's. */
  nested: boolean;
  callsPerWorkflow: number;
  /** By the clock, waiting included. */
  msPerWorkflow: number;
};

const preload = 'pg_stat_statements';

/** Before the server is started anew. */
export const watchStatements = (servers: Pick<Servers, 'postgresUrl'>) =>
  asAdmin(servers, (admin) => admin.query(`alter system set shared_preload_libraries = '${preload}'`));

export const beginWatching = (servers: Servers) =>
  asAdmin(servers, async (admin) => {
    await admin.query(`create extension if not exists ${preload}`);
    await admin.query(`alter system set ${preload}.track = 'all'`);
    await admin.query('select pg_reload_conf()');
  });

/** The dearest ones since the tables were analysed, that the application sent or that those led to. */
export const statementsSince = (servers: Servers, workflows: number, most = 12): Promise<Spent[]> =>
  asAdmin(servers, async (admin) => {
    const { rows } = await admin.query(
      `select datname, regexp_replace(query, '\\s+', ' ', 'g') as query, not toplevel as nested, calls, total_exec_time as ms
         from ${preload} join pg_database d on d.oid = dbid
        where query !~* '^\\s*(analyze|create|alter|drop|grant|revoke|do )' and userid <> current_user::text::regrole
        order by total_exec_time desc limit $1`,
      [most],
    );
    return rows.map(({ datname, query, nested, calls, ms }) => ({
      database: datname,
      statement: firstWords(query),
      nested,
      callsPerWorkflow: Number(calls) / workflows,
      msPerWorkflow: ms / workflows,
    }));
  });

const firstWords = (query: string): string => {
  const text = query.trim().replaceAll('|', '/').replaceAll('`', "'");
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

async function asAdmin<T>(
  { postgresUrl }: Pick<Servers, 'postgresUrl'>,
  work: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

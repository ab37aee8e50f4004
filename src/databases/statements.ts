/** Runs the statements of setup one by one, and says which one failed. */
import pg from 'pg';
import { reasonOf } from '../engine/errors.ts';
import { connectionError, withoutPassword } from './server-error.ts';

/** A statement of setup failed. Mend what the reason says and run setup again: it goes on from there. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  /** The statement, without passwords; undefined where none was at work. */
  readonly statement: string | undefined;

  constructor(database: string, reason: string, options: { statement?: string; cause?: unknown } = {}) {
    const { statement } = options;
    const where = statement === undefined ? '' : `\nThe statement: ${statement}`;
    super(`Setting up ${database} failed: ${reason}${where}`, { cause: options.cause });
    this.statement = statement;
  }
}

export type Session = {
  /** What is connected to, for messages: the database's name. */
  database: string;
  /** Whom it acts as, where that is another than who connected. */
  role?: string | undefined;
  /** The database does not exist yet: nothing can be asked there, only planned. */
  absent?: boolean;
  /** Runs one statement. Throws {@link SetupError} with `shown`, or else the statement itself. */
  run(statement: string, shown?: string): Promise<Record<string, unknown>[]>;
  /** For a library that wants a connection of its own. */
  client: pg.Client;
};

/** A session for planning in a database that does not exist yet, or on a server that does not run. */
export function absentSession(database: string, role?: string): Session {
  const absent = () => Promise.reject(new Error(`${database} does not exist yet`));
  return { database, role, absent: true, run: absent, client: new pg.Client() };
}

/** Connects, works, disconnects. Throws `ServerError` when the server cannot be reached. */
export async function withSession<T>(
  url: string,
  work: (session: Session) => Promise<T>,
  options: { role?: string } = {},
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 15_000,
    application_name: 'gsw setup',
  });
  client.on('error', () => undefined);
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  try {
    await client.connect();
  } catch (error) {
    throw connectionError(error, withoutPassword(url));
  }
  const run = async (statement: string, shown = statement) => {
    try {
      return (await client.query(statement)).rows;
    } catch (error) {
      throw new SetupError(database, reasonOf(error), { statement: shown, cause: error });
    }
  };
  try {
    if (options.role) await run(`set role ${pg.escapeIdentifier(options.role)}`);
    return await work({ database, role: options.role, run, client });
  } finally {
    await client.end().catch(() => undefined);
  }
}

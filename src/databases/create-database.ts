/** Creates one of the databases, with the same order of text on every host. */
import pg from 'pg';
import type { Session } from './statements.ts';

const identifier = pg.escapeIdentifier;

/** Does nothing if it exists. Run by the administrator, who may act as the owner. */
export async function ensureDatabase(session: Session, database: string, owner: string): Promise<boolean> {
  const literal = pg.escapeLiteral(database);
  const [exists] = await session.run(`select from pg_database where datname = ${literal}`);
  if (exists) return false;
  const create = `create database ${identifier(database)} owner ${identifier(owner)} template template0 encoding 'UTF8'`;
  await session.run(`${create} ${await localeOf(session)}`);
  return true;
}

async function localeOf(session: Session): Promise<string> {
  const [version] = await session.run(`select current_setting('server_version_num')::int as number`);
  if (Number(version?.number) >= 170_000) {
    return `locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`;
  }
  const [found] = await session.run(
    `select collname from pg_collation where collname in ('C.UTF-8', 'C.utf8') order by collname limit 1`,
  );
  return `locale ${pg.escapeLiteral(String(found?.collname ?? 'C'))}`;
}

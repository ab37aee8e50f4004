/**
 * Tables that only grow (metrics, events, …) are kept by month, so that old rows go with a dropped table instead of
 * millions of deletes: as hypertables of TimescaleDB where the server has it, as native partitions where not. The
 * entities do not know which. Their primary key includes the time column (and so does every other unique key), and they
 * take part in no foreign key: one that points to them would stop months from being dropped, and one that they have
 * would be checked again, under row-level security, with each new partition. A reference is a plain uuid with an index.
 *
 * To keep a table by month, make it in a migration as its entity says, then add by hand
 *
 *     this.addSql(partitionByMonth('metrics', 'measured_at'));
 *
 * before any view of it, and `ordinaryAgain('metrics')` for the way down. Rows that are there already move along. A later migration that gives it a column, an index
 * or a trigger is like any other: PostgreSQL passes it on to the partitions.
 */
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { Databases } from './connect.ts';
import { partitionFoundations, partitionGrants } from './partition-functions.ts';

const literal = pg.escapeLiteral;

/** The databases that have such tables. */
const byMonth: readonly DatabaseName[] = ['analytics', 'events', 'learning'];

/** What such a database gets before its migrations, each time. */
export const partitioning = (name: DatabaseName): string[] =>
  byMonth.includes(name) ? partitionFoundations : [];

/** Lets the maintenance role of such a database make and drop partitions. */
export const allowPartitioning = (name: DatabaseName, role: string): string[] =>
  byMonth.includes(name) ? [partitionGrants(pg.escapeIdentifier(role))] : [];

/** For migrations: keeps this table by month from now on. The time column is a timestamptz of its primary key. */
export const partitionByMonth = (table: string, timeColumn: string): string =>
  `select partition_by_month(${literal(table)}::regclass, ${literal(timeColumn)});`;

/** For the way down: an ordinary table again, with its rows. */
export const ordinaryAgain = (table: string): string =>
  `select partition_by_month(${literal(table)}::regclass, null);`;

/**
 * Makes the partitions of this month and of so many months ahead, in every database, and moves rows there that came
 * earlier than their month's partition. Gives the names of what it made; repeating it makes nothing.
 */
export async function ensurePartitions(
  databases: Pick<Databases, 'maintenance'>,
  monthsAhead = 3,
): Promise<string[]> {
  const made: string[] = [];
  for (const name of databaseNames) {
    if (!byMonth.includes(name)) continue;
    const tables = await databases.maintenance[name]((em) =>
      em.execute<{ relname: string }[]>(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'p' order by 1`,
      ),
    );
    // each on its own: a table that is locked for long holds up no other
    for (const { relname } of tables) {
      const rows = await databases.maintenance[name]((em) =>
        em.execute<{ partition: string }[]>('select ensure_partitions(?, ?) as partition', [
          relname,
          monthsAhead,
        ]),
      );
      made.push(...rows.map(({ partition }) => partition));
    }
  }
  return made;
}

/**
 * Drops the months of a table that are wholly older than `before`, for all organisations: the longest time that any of
 * them wants its rows kept. Gives the names of what it dropped.
 */
export async function dropPartitions(
  databases: Pick<Databases, 'maintenance'>,
  database: DatabaseName,
  table: string,
  before: Date,
): Promise<string[]> {
  const rows = await databases.maintenance[database]((em) =>
    em.execute<{ partition: string }[]>('select drop_partitions(?, ?) as partition', [table, before]),
  );
  return rows.map(({ partition }) => partition);
}

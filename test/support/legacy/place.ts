/** The earlier system's databases on the server of the tests, and how the command line is led to them and to ours. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../../../src/config.ts';
import type { FreshDatabases } from '../databases.ts';
import type { LegacyData } from './data.ts';
import { loadLegacy, withClient } from './load.ts';

export type LegacyPlace = {
  urls: Partial<Record<DatabaseName, string>>;
  /** `--from …`, for the command line. */
  args: string[];
  drop(): Promise<void>;
};

export async function legacyPlace(
  fresh: FreshDatabases,
  data: LegacyData,
  names: readonly DatabaseName[] = databaseNames,
): Promise<LegacyPlace> {
  const suffix = `_legacy_${randomBytes(4).toString('hex')}`;
  const urls = await loadLegacy(fresh.adminUrls.task, data, suffix, names);
  const server = new URL(fresh.adminUrls.task);
  server.pathname = '';
  return {
    urls,
    args: ['--from', server.href, ...names.flatMap((name) => [`--from-${name}`, urls[name] ?? ''])],
    drop: async () => {
      await withClient(fresh.adminUrls.task, async (client) => {
        for (const name of names) {
          await client.query(
            `drop database if exists ${pg.escapeIdentifier(`${name}_db${suffix}`)} with (force)`,
          );
        }
      });
    },
  };
}

/** Settings that lead a process to these databases. */
export function environmentOf({ config }: FreshDatabases): Record<string, string> {
  const urls = databaseNames.flatMap((name) => [
    [`${name.toUpperCase()}_DATABASE_URL`, config.databaseUrls[name]],
    [`${name.toUpperCase()}_MAINTENANCE_DATABASE_URL`, config.maintenanceUrls[name]],
  ]);
  return Object.fromEntries(urls);
}

/** Everything in our databases but who wrote when, table by table: rows as text, in the order of that text. */
export async function contentsOf(fresh: FreshDatabases): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {};
  for (const name of databaseNames) {
    await withClient(fresh.adminUrls[name], async (client) => {
      const { rows: tables } = await client.query<{ relname: string }>(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and not relispartition and relname <> 'mikro_orm_migrations' order by 1`,
      );
      for (const { relname } of tables) {
        // what the audit log and the migration itself say of the hour differs from run to run
        if (/^(audit_|change_log)/.test(relname)) continue;
        const own = /^(legacy_|retention_policies)/.test(relname)
          ? `- '{created_at,updated_at,finished_at,verified_at}'::text[]`
          : '';
        const { rows } = await client.query<{ row: string }>(
          `select (to_jsonb(t) ${own})::text as row from ${pg.escapeIdentifier(relname)} t order by 1`,
        );
        contents[`${name}.${relname}`] = rows.map(({ row }) => row);
      }
    });
  }
  return contents;
}

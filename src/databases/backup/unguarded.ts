/**
 * Work on the tables of a database past what guards them: row-level security, triggers, foreign keys. In one
 * transaction, at whose end all guards stand as before; if it fails, they never moved. Run by the owner of the tables.
 */
import pg from 'pg';
import { queryOf } from '../tables.ts';

const identifier = pg.escapeIdentifier;
const named = (table: unknown) => `public.${identifier(String(table))}`;

/**
 * Rows that come from a backup were computed, checked and chained when they were first written: their triggers must not
 * do it again. Foreign keys are taken away rather than obeyed, so that no order of tables has to be found where some
 * refer to each other; making them again checks every row.
 */
export async function unguarded<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  const query = queryOf(client);
  await client.query('begin');
  try {
    // whoever still holds a table is told to go, rather than waited for without end
    await client.query(`set local lock_timeout = '30s'`);
    // what is left to be checked at the commit would keep the guards from being put back before it
    await query('set constraints all immediate');
    const forced = await query(forcedTables);
    const triggers = await query(userTriggers);
    const foreignKeys = await query(foreignKeysOf);
    for (const { table } of forced) await query(`alter table ${named(table)} no force row level security`);
    for (const { table } of triggers) await query(`alter table ${named(table)} disable trigger user`);
    for (const { table, name } of foreignKeys) {
      await query(`alter table ${named(table)} drop constraint ${identifier(String(name))}`);
    }
    const result = await work();
    for (const { table, name, definition } of foreignKeys) {
      await query(`alter table ${named(table)} add constraint ${identifier(String(name))} ${definition}`);
    }
    for (const { table, unusual } of triggers) {
      await query(`alter table ${named(table)} enable trigger user`);
      for (const { name, mode } of unusual as { name: string; mode: keyof typeof modes }[]) {
        await query(`alter table ${named(table)} ${modes[mode]} trigger ${identifier(name)}`);
      }
    }
    for (const { table } of forced) await query(`alter table ${named(table)} force row level security`);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

const ours = `c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;

const forcedTables = `
  select c.relname as table from pg_class c where ${ours} and c.relforcerowsecurity order by 1`;

/** With those that fire otherwise than usual: never, always, or on a replica. */
const userTriggers = `
  select c.relname as table,
         coalesce(json_agg(json_build_object('name', t.tgname, 'mode', t.tgenabled)) filter (where t.tgenabled <> 'O'), '[]') as unusual
    from pg_class c join pg_trigger t on t.tgrelid = c.oid
   where ${ours} and not t.tgisinternal group by 1 order by 1`;

const modes = { D: 'disable', A: 'enable always', R: 'enable replica' } as const;

const foreignKeysOf = `
  select c.relname as table, f.conname as name, pg_get_constraintdef(f.oid) as definition
    from pg_class c join pg_constraint f on f.conrelid = c.oid
   where ${ours} and f.contype = 'f' and f.conparentid = 0 order by 1, 2`;

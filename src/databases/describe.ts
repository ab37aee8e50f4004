/**
 * A database's schema as lines of text, each true on its own and the same on every supported version of PostgreSQL: what
 * is committed as `migrations/<database>/schema.txt` and what a live server is compared with.
 *
 * Partitions are left out, for they come and go. So is the text of views, which versions print differently, and what
 * TimescaleDB adds to a table that it keeps.
 */
import type { Session } from './statements.ts';

/** What is in schema public, the partitions and what extensions brought along left out. */
const ours = (alias: string, catalogue: string) => `
  ${alias}.oid is not null and not exists (select from pg_depend e
    where e.classid = '${catalogue}'::regclass and e.objid = ${alias}.oid and e.deptype = 'e')`;
const relation = (kinds: string) =>
  `c.relnamespace = 'public'::regnamespace and c.relkind in (${kinds}) and not c.relispartition
   and c.relname <> 'mikro_orm_migrations' and ${ours('c', 'pg_class')}`;

/** Rights, one line for each role but the owner. `acl` and `owner` are columns, `on` what they are about. */
const rights = (from: string, on: string, acl: string, owner: string, where: string) => `
  select 'grant on ' || thing || ' to ' || (case grantee when 0 then 'PUBLIC' else grantee::regrole::text end)
         || ': ' || string_agg(lower(privilege_type), ', ' order by privilege_type)
    from (select ${on} as thing, ${acl} as acl, ${owner} as owner from ${from} where ${where}) t, aclexplode(acl)
   where grantee <> owner group by thing, grantee`;

const signature = `p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'`;

const queries = [
  `select 'extension ' || extname from pg_extension where extname not in ('plpgsql', 'postgres_fdw', 'timescaledb')`,
  `select case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' else 'table ' end || c.relname
          || case when c.relkind = 'p' then ' partitioned by ' || pg_get_partkeydef(c.oid) else '' end
          || case when c.relkind = 'v' then ' with ' || coalesce(array_to_string(c.reloptions, ', '), 'no options') else '' end
     from pg_class c where ${relation(`'r', 'p', 'v', 'm'`)}`,
  `select 'row-level security on ' || c.relname || ': '
          || case when c.relrowsecurity then 'enabled' else 'disabled' end
          || case when c.relforcerowsecurity then ', forced' else ', not forced' end
     from pg_class c where ${relation(`'r', 'p'`)}`,
  `select 'column ' || c.relname || '.' || a.attname || ': ' || format_type(a.atttypid, a.atttypmod)
          || case when a.attnotnull then ' | not null' else '' end
          || case when a.attidentity <> '' then ' | identity' else '' end
          || coalesce(case when a.attgenerated <> '' then ' | generated ' else ' | default ' end || pg_get_expr(d.adbin, d.adrelid), '')
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${relation(`'r', 'p', 'v', 'm'`)}`,
  // since 18, "not null" is a constraint too; it is said with its column
  `select 'constraint ' || k.conname || ' on ' || c.relname || ': ' || pg_get_constraintdef(k.oid)
     from pg_class c join pg_constraint k on k.conrelid = c.oid where ${relation(`'r', 'p'`)} and k.contype not in ('n', 't')
       and k.conparentid = 0`,
  `select 'index ' || i.relname || ': ' || replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON ')
     from pg_class c join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid
    where ${relation(`'r', 'p', 'm'`)} and not exists (select from pg_constraint where conindid = i.oid)`,
  `select 'trigger ' || t.tgname || ' on ' || c.relname || ': ' || pg_get_triggerdef(t.oid)
          || case t.tgenabled when 'O' then '' else ' | enabled ' || t.tgenabled::text end
     from pg_class c join pg_trigger t on t.tgrelid = c.oid where ${relation(`'r', 'p', 'v'`)} and not t.tgisinternal
      and t.tgname <> 'ts_insert_blocker'`,
  `select 'function ' || ${signature} || ': returns ' || coalesce(pg_get_function_result(p.oid), 'nothing') || ', language ' || l.lanname
          || case when p.prosecdef then ', security definer' else '' end
          || coalesce(', set ' || array_to_string(p.proconfig, ', '), '')
          || ', body ' || left(md5(regexp_replace(trim(coalesce(nullif(p.prosrc, ''), pg_get_functiondef(p.oid))), '\\s+', ' ', 'g')), 12)
     from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') and ${ours('p', 'pg_proc')}`,
  `select 'policy ' || p.polname || ' on ' || c.relname || ': for '
          || case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end
          || case when p.polpermissive then '' else ' restrictive' end || ' to '
          || (select string_agg(case r.role when 0 then 'PUBLIC' else r.role::regrole::text end, ', ' order by r.role) from unnest(p.polroles) r(role))
          || coalesce(' using ' || pg_get_expr(p.polqual, c.oid), '') || coalesce(' check ' || pg_get_expr(p.polwithcheck, c.oid), '')
     from pg_class c join pg_policy p on p.polrelid = c.oid where ${relation(`'r', 'p'`)}`,
  `select 'type ' || t.typname || ': ' || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid)
     from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype = 'e' and ${ours('t', 'pg_type')}`,
  `select 'sequence ' || c.relname from pg_class c where ${relation(`'S'`)} and c.relname not like 'mikro_orm_migrations%'`,
  rights('pg_class c', 'c.relname', 'c.relacl', 'c.relowner', relation(`'r', 'p', 'v', 'm'`)),
  rights(
    'pg_class c join pg_attribute t on t.attrelid = c.oid',
    `c.relname || '.' || t.attname`,
    't.attacl',
    'c.relowner',
    `t.attnum > 0 and ${relation(`'r', 'p', 'v'`)}`,
  ),
  rights(
    'pg_proc p',
    signature,
    `coalesce(p.proacl, acldefault('f', p.proowner))`,
    'p.proowner',
    `p.pronamespace = 'public'::regnamespace and ${ours('p', 'pg_proc')}`,
  ),
];

/**
 * The lines, sorted.
 * @param roles what roles of this database are called in the lines, where that is not their name
 */
export async function describeDatabase(
  { run }: Session,
  roles: Record<string, string> = {},
): Promise<string[]> {
  const lines: string[] = [];
  for (const query of queries) {
    for (const row of await run(query)) {
      const line = String(Object.values(row)[0]).replaceAll(/\s+/g, ' ');
      lines.push(
        /^(grant|policy) /.test(line)
          ? line.replace(/(?<= to )[^:\s]+/, (role) => roles[role] ?? role)
          : line,
      );
    }
  }
  return lines.sort();
}

/**
 * The SQL behind tables that are kept by month. Owned by the owner of the tables; the maintenance role, which owns
 * nothing, may execute `ensure_partitions` and `drop_partitions` and so do that and no more.
 *
 * Partitions (and the chunks of a hypertable) are in a schema of their own that nobody else may use: rows are reached
 * through the table only, under its policies. They have row-level security all the same, in case that right is given
 * one day.
 */
import { partitionsSchema as schema } from './names.ts';

/** Only what the owner made can be called in these; names of others' making are never found first. */
const pinned = `set search_path = public, pg_temp set timezone = 'UTC' set datestyle = 'ISO'`;

/** Gives `copy` the row-level security of `original`, and takes every right on it from everybody but its owner. */
const copyProtection = `
create or replace function copy_protection(original regclass, copy regclass) returns void language plpgsql ${pinned} as $$
declare
  policy record;
  grantee record;
begin
  execute format('alter table %s enable row level security', copy);
  execute format('alter table %s force row level security', copy);
  for policy in
    select polname, polpermissive, polcmd, pg_get_expr(polqual, polrelid) as visible, pg_get_expr(polwithcheck, polrelid) as writable,
           (select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ') from unnest(polroles) role) as roles
      from pg_policy where polrelid = original
  loop
    execute format('create policy %I on %s as %s for %s to %s %s %s', policy.polname, copy,
      case when policy.polpermissive then 'permissive' else 'restrictive' end,
      case policy.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      policy.roles, 'using (' || policy.visible || ')', 'with check (' || policy.writable || ')');
  end loop;
  for grantee in
    select distinct acl.grantee as id from pg_class, aclexplode(relacl) acl where oid = copy and acl.grantee <> relowner
  loop
    execute format('revoke all on %s from %s', copy,
      case grantee.id when 0 then 'public' else quote_ident(pg_get_userbyid(grantee.id)) end);
  end loop;
end $$`;

/**
 * Rebuilds a table, empty or not, as one kept by month; without a time column as an ordinary one again. In migrations;
 * see `partitionByMonth`.
 */
const partitionByMonth = `
create or replace function partition_by_month(target regclass, time_column name) returns void language plpgsql ${pinned} as $$
declare
  name text := (select relname from pg_class where oid = target);
  former text := name || '_before';
  forced boolean := (select relforcerowsecurity from pg_class where oid = target);
  timescale regnamespace := (select extnamespace from pg_extension where extname = 'timescaledb');
  columns text := (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                    where attrelid = target and attnum > 0 and not attisdropped and attgenerated = '');
  statement text;
  later text[];
begin
  if exists (select from pg_constraint where contype = 'f' and target in (confrelid, conrelid)) then
    raise exception '% is kept by month, so it takes part in no foreign key', name;
  end if;
  -- the owner moves rows of all organisations, so the policies must not hold for him meanwhile
  if forced then execute format('alter table %I no force row level security', name); end if;

  if timescale is not null and time_column is not null then
    execute format(
      'select %s.create_hypertable(%L::regclass, %L::name, associated_schema_name => %L, chunk_time_interval => interval ''1 month'', create_default_indexes => false, migrate_data => true)',
      timescale, target, time_column, '${schema}');
    if forced then execute format('alter table %I force row level security', name); end if;
    return;
  end if;

  select array_agg(definition order by rank) into later from (
    select 1 as rank, format('alter table %I add constraint %I %s', name, conname, pg_get_constraintdef(oid)) as definition
      from pg_constraint where conrelid = target and contype in ('p', 'u')
    union all
    select 2, pg_get_indexdef(indexrelid) from pg_index
     where indrelid = target and not exists (select from pg_constraint where conindid = indexrelid and conrelid = target)
    union all
    select 3, pg_get_triggerdef(oid) from pg_trigger where tgrelid = target and not tgisinternal
  ) definitions;

  execute format('alter table %I rename to %I', name, former);
  execute format('create table %I (like %I including all excluding indexes)', name, former)
    || case when time_column is null then '' else format(' partition by range (%I)', time_column) end;
  if time_column is not null then
    execute format('create table ${schema}.%I partition of %I default', name || '_default', name);
    perform copy_protection(former::regclass, format('${schema}.%I', name || '_default')::regclass);
  end if;
  execute format('insert into %I (%s) select %s from %I', name, columns, columns, former);
  perform copy_protection(former::regclass, name::regclass);
  for statement in
    select format('grant %s on %I to %s', acl.privilege_type, name,
                  case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end)
      from pg_class, aclexplode(relacl) acl where oid = target and acl.grantee <> relowner
  loop
    execute statement;
  end loop;
  execute format('drop table %I', former);
  foreach statement in array later loop
    execute statement;
  end loop;
  if time_column is not null then perform ensure_partitions(name, 3); end if;
end $$`;

/**
 * Makes the partitions of this month and of so many months ahead, and of every earlier month of which rows are in the
 * default partition; those rows move there. Gives the names of what it made. A hypertable makes its chunks by itself.
 */
const ensurePartitions = `
create or replace function ensure_partitions(target text, months_ahead integer) returns setof text
language plpgsql security definer ${pinned} set lock_timeout = '10s' as $$
declare
  parent regclass := month_table(target);
  time_column name;
  rest regclass := to_regclass(format('${schema}.%I', target || '_default'));
  horizon timestamptz := date_trunc('month', now()) + make_interval(months => months_ahead);
  columns text;
  child text;
  month timestamptz;
  rows_in_rest boolean;
begin
  if months_ahead not between 0 and 120 then
    raise exception 'partitions are made up to 120 months ahead, not %', months_ahead;
  end if;
  if (select relkind from pg_class where oid = parent) <> 'p' then return; end if;
  if exists (select from pg_constraint where contype = 'f' and parent in (confrelid, conrelid)) then
    raise exception '% is kept by month, so it takes part in no foreign key', target;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('partitions of ' || target, 0));

  select attname into time_column from pg_partitioned_table p
    join pg_attribute on attrelid = p.partrelid and attnum = p.partattrs[0] where p.partrelid = parent;
  rows_in_rest := pg_relation_size(rest) > 0;
  if not rows_in_rest and not exists (
    select from generate_series(date_trunc('month', now()), horizon, interval '1 month') wanted
     where to_regclass(format('${schema}.%I', target || to_char(wanted, '_YYYY_MM'))) is null) then
    return;
  end if;

  select string_agg(quote_ident(attname), ', ' order by attnum) into columns from pg_attribute
   where attrelid = parent and attnum > 0 and not attisdropped and attgenerated = '';
  -- locks the default partition until the end of this transaction; nobody sees it unprotected
  execute format('alter table %s no force row level security', rest);
  execute format('alter table %s disable trigger user', rest);
  for month in execute format(
    'select generate_series(date_trunc(''month'', now()), $1, interval ''1 month'')
      union select date_trunc(''month'', %I) from %s where %I < $1 and isfinite(%I) order by 1', time_column, rest, time_column, time_column) using horizon
  loop
    child := target || to_char(month, '_YYYY_MM');
    continue when to_regclass(format('${schema}.%I', child)) is not null;
    execute format('create table ${schema}.%I (like %s including defaults including constraints including generated including storage)', child, parent);
    execute format(
      'with moved as (delete from %s where %I >= $1 and %I < $1 + interval ''1 month'' returning %s)
       insert into ${schema}.%I (%s) select %s from moved', rest, time_column, time_column, columns, child, columns, columns) using month;
    perform copy_protection(parent, format('${schema}.%I', child)::regclass);
    execute format('alter table %s attach partition ${schema}.%I for values from (%L) to (%L)', parent, child, month, month + interval '1 month');
    return next child;
  end loop;
  execute format('alter table %s enable trigger user', rest);
  execute format('alter table %s force row level security', rest);
end $$`;

/** Drops what is wholly older than \`before\`: partitions or chunks, and such months' rows in the default partition. */
const dropPartitions = `
create or replace function drop_partitions(target text, before timestamptz) returns setof text
language plpgsql security definer ${pinned} set lock_timeout = '10s' as $$
declare
  parent regclass := month_table(target);
  rest regclass := to_regclass(format('${schema}.%I', target || '_default'));
  time_column name;
  child text;
begin
  if before > now() then
    raise exception 'only partitions of the past are dropped, not those before %', before;
  end if;
  if (select relkind from pg_class where oid = parent) <> 'p' then
    return query execute format('select drop_chunks::text from %s.drop_chunks(%L::regclass, older_than => $1)',
      (select extnamespace::regnamespace from pg_extension where extname = 'timescaledb'), parent) using before;
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('partitions of ' || target, 0));
  for child in
    select relname from pg_inherits join pg_class on oid = inhrelid
     where inhparent = parent
       and substring(pg_get_expr(relpartbound, oid) from $bound$TO \\('([^']+)'\\)$bound$)::timestamptz <= before
     order by relname
  loop
    execute format('drop table ${schema}.%I', child);
    return next child;
  end loop;
  if pg_relation_size(rest) > 0 then
    select attname into time_column from pg_partitioned_table p
      join pg_attribute on attrelid = p.partrelid and attnum = p.partattrs[0] where p.partrelid = parent;
    execute format('alter table %s no force row level security', rest);
    execute format('alter table %s disable trigger user', rest);
    execute format('delete from %s where %I < date_trunc(''month'', $1)', rest, time_column) using before;
    execute format('alter table %s enable trigger user', rest);
    execute format('alter table %s force row level security', rest);
  end if;
end $$`;

/** The table of this name, if it is one of ours that is kept by month. Fails for every other. */
const monthTable = `
create or replace function month_table(target text) returns regclass language plpgsql stable ${pinned} as $$
declare
  found oid := (
    select oid from pg_class
     where relname = target and relnamespace = 'public'::regnamespace and relowner = (select oid from pg_roles where rolname = current_user)
       and (relkind = 'p' or is_hypertable(target)));
begin
  if found is null then
    raise exception '% is no table that is kept by month', target using errcode = 'undefined_table';
  end if;
  return found;
end $$`;

const isHypertable = `
create or replace function is_hypertable(target text) returns boolean language plpgsql stable ${pinned} as $$
declare
  found boolean;
begin
  if not exists (select from pg_extension where extname = 'timescaledb') then return false; end if;
  execute 'select exists (select from timescaledb_information.hypertables where hypertable_schema = ''public'' and hypertable_name = $1)'
    into found using target;
  return found;
end $$`;

/**
 * TimescaleDB, where the server has it: installed, and preloaded, for otherwise \`create extension\` ends the
 * connection. Its setting is there exactly when it is preloaded. It is a trusted extension: the owner may make it.
 */
const useTimescale = `
do $$ begin
  if exists (select from pg_available_extensions where name = 'timescaledb' and installed_version is null)
     and current_setting('timescaledb.disable_load', true) is not null then
    create extension timescaledb;
  end if;
end $$`;

const internal = [
  'copy_protection(regclass, regclass)',
  'partition_by_month(regclass, name)',
  'month_table(text)',
  'is_hypertable(text)',
];
const forMaintenance = ['ensure_partitions(text, integer)', 'drop_partitions(text, timestamptz)'];

/** Run as the owner, before the migrations, each time. */
export const partitionFoundations = [
  useTimescale,
  `create schema if not exists ${schema}`,
  isHypertable,
  monthTable,
  copyProtection,
  ensurePartitions,
  dropPartitions,
  partitionByMonth,
  `revoke all on function ${[...internal, ...forMaintenance].join(', ')} from public`,
];

/** What maintenance may do with partitions. @param role already quoted */
export const partitionGrants = (role: string) =>
  `grant execute on function ${forMaintenance.join(', ')} to ${role}`;

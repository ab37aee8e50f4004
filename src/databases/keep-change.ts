/** The trigger function behind `audited()`, in every database. */
import { organizationSetting } from './policies.ts';
import { actorInSql, requestInSql } from './settings.ts';

/** Columns called like this hold what must not get out, whatever `hide` says; numbers in them are counts. */
const telling = '(secret|passw|passphrase|private_key|token|sealed|cipher|key_hash|encrypted)';

/**
 * It runs with the rights of the tables' owner, because whoever changes a row may write no change of his own making.
 * The owner is held to the policies as well: for maintenance, which has no organisation, that of the row is set for
 * the time of the insert.
 */
export const keepChange = `create or replace function keep_change() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ignored text[] := tg_argv[0]::text[] || '{created_at,updated_at,version}';
  hidden text[] := tg_argv[1]::text[];
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  subject jsonb := coalesce(became, was);
  organization text := subject->>(case when tg_table_name = 'organizations' then 'id' else 'organization_id' end);
  asked text := current_setting('${organizationSetting}', true);
  changed text[] := array(select key from jsonb_object_keys(subject) key
    where key <> all (ignored) and (tg_op <> 'UPDATE' or was->key is distinct from became->key));
begin
  if tg_op = 'UPDATE' and changed = '{}' then return null; end if;
  hidden := array(select key from unnest(changed) key where key = any (hidden)
    or (key ~ '${telling}' and jsonb_typeof(subject->key) not in ('number', 'boolean')));
  select jsonb_object_agg(key, case when key = any (hidden) and was->key <> 'null' then '"[hidden]"' else was->key end),
         jsonb_object_agg(key, case when key = any (hidden) and became->key <> 'null' then '"[hidden]"' else became->key end)
    into was, became from unnest(changed) key;
  perform set_config('${organizationSetting}', organization, true);
  insert into change_log (id, organization_id, table_name, row_id, operation, before, after, actor, request_id, occurred_at)
  values (gen_random_uuid(), organization::uuid, tg_table_name, subject->>'id',
    case tg_op when 'INSERT' then 'inserted' when 'UPDATE' then 'updated' else 'deleted' end,
    case when tg_op <> 'INSERT' then was end, case when tg_op <> 'DELETE' then became end,
    ${actorInSql}, ${requestInSql}, clock_timestamp());
  perform set_config('${organizationSetting}', coalesce(asked, ''), true);
  return null;
end $$`;

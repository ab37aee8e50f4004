import { Migration } from '@mikro-orm/migrations';

/**
 * What `chain_audit_entry` does for one entry, for many different ones of one organisation: the head is taken and moved
 * once, and not once for each of them. It runs with the rights of the owner, for whoever may insert into the log; the owner is held to
 * the policy, so the entries have to be of the organisation of the transaction.
 */
const appendToAuditLog = `create function append_to_audit_log(entries jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  organization uuid := current_setting('app.organization_id')::uuid;
  head audit_heads;
  entry audit_log;
  chained audit_log[] := '{}';
begin
  if not has_table_privilege(session_user, 'audit_log', 'insert') then
    raise exception 'permission denied for table audit_log' using errcode = 'insufficient_privilege';
  end if;
  insert into audit_heads (organization_id, sequence, hash, base_sequence, base_hash)
    values (organization, 0, repeat('0', 64), 0, repeat('0', 64)) on conflict do nothing;
  select * into head from audit_heads where organization_id = organization for update;
  for entry in
    select given.*
      from jsonb_array_elements(entries) with ordinality as one (value, place)
     cross join lateral jsonb_populate_record(null::audit_log, one.value) given
     where not exists (select from audit_log known where known.organization_id = organization
       and known.source = given.source and known.source_id = given.source_id)
     order by one.place
  loop
    head.sequence := head.sequence + 1;
    entry.sequence := head.sequence;
    entry.prev_hash := head.hash;
    entry.recorded_at := clock_timestamp();
    entry.hash := encode(sha256(convert_to(audit_line(entry), 'UTF8')), 'hex');
    head.hash := entry.hash;
    chained := chained || entry;
  end loop;
  perform set_config('app.audit_procedure', 'append', true);
  insert into audit_log select * from unnest(chained);
  update audit_heads set sequence = head.sequence, hash = head.hash where organization_id = organization;
  perform set_config('app.audit_procedure', '', true);
end $$;`;

export class Migration20261126155000_Append_to_the_audit_log_at_once extends Migration {
  override name = 'Migration20261126155000_Append_to_the_audit_log_at_once';

  override up(): void | Promise<void> {
    this.addSql(appendToAuditLog);
    // it asks itself who may
    this.addSql('grant execute on function append_to_audit_log(jsonb) to public;');
    this.addSql('drop trigger if exists "chain" on "audit_log";');
    this.addSql(
      `create trigger chain before insert on audit_log for each row when (current_setting('app.audit_procedure', true) is distinct from 'append' or not has_table_privilege('audit_heads', 'update')) execute function chain_audit_entry();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql('drop trigger if exists "chain" on "audit_log";');
    this.addSql(
      'create trigger chain before insert on audit_log for each row execute function chain_audit_entry();',
    );
    this.addSql('drop function if exists append_to_audit_log(jsonb);');
  }
}

import { Migration } from '@mikro-orm/migrations';

const claimEventKey = (
  first: string,
) => `create or replace function claim_event_key() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.organization_id, new.source, new.external_id, new.occurred_at)
       is distinct from (old.id, old.organization_id, old.source, old.external_id, old.occurred_at) then
      raise exception 'events: what identifies event % does not change', old.id
        using errcode = 'check_violation', constraint = 'event_identity', table = 'events';
    end if;
    return new;
  end if;${first}
  insert into event_keys (id, organization_id, source, external_id, occurred_at)
    values (new.id, new.organization_id, new.source, new.external_id, new.occurred_at) on conflict do nothing;
  if not found and not exists (select from event_keys where id = new.id and organization_id = new.organization_id
      and source = new.source and external_id = new.external_id and occurred_at = new.occurred_at) then
    raise exception 'events: % of % is there already', new.external_id, new.source
      using errcode = 'unique_violation', constraint = 'event_keys_organization_id_source_external_id_unique', table = 'events';
  end if;
  return new;
end $$;`;

/** Whoever inserts many events claims their keys by one statement before. */
const lookFirst = `
  if exists (select from event_keys where id = new.id and organization_id = new.organization_id
      and source = new.source and external_id = new.external_id and occurred_at = new.occurred_at) then
    return new;
  end if;`;

export class Migration20261126155500_Claim_keys_of_events_at_once extends Migration {
  override name = 'Migration20261126155500_Claim_keys_of_events_at_once';

  override up(): void | Promise<void> {
    this.addSql(claimEventKey(lookFirst));
  }

  override down(): void | Promise<void> {
    this.addSql(claimEventKey(''));
  }
}

import { Migration } from '@mikro-orm/migrations';
import { takeRightsBack } from '../../src/databases/append-only.ts';

/** Every column of an entry but `hash`, always in this order: what `src/audit/line.ts` says. */
const auditLine = `create function audit_line(entry audit_log) returns text language sql stable as $$
  select json_build_object(
    'id', entry.id, 'organization', entry.organization_id, 'sequence', entry.sequence,
    'source', entry.source, 'sourceId', entry.source_id,
    'actorKind', entry.actor_kind, 'actorName', entry.actor_name, 'actorId', entry.actor_id,
    'action', entry.action, 'subjectType', entry.subject_type, 'subjectId', entry.subject_id,
    'before', entry.before, 'after', entry.after, 'reason', entry.reason, 'requestId', entry.request_id,
    'occurredAt', to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'recordedAt', to_char(entry.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'prevHash', entry.prev_hash)::text $$;`;

/**
 * Gives an entry its place. Writers of one organisation take turns at the head's row, so there is neither gap nor fork;
 * an entry that is there already is passed over. It runs with the rights of the owner, because nobody else may move a
 * head; the owner is held to the policies too, hence the organisation for the time being.
 */
const chainAuditEntry = `create function chain_audit_entry() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  asked text := current_setting('app.organization_id', true);
  head audit_heads;
  known boolean;
begin
  perform set_config('app.organization_id', new.organization_id::text, true);
  insert into audit_heads (organization_id, sequence, hash, base_sequence, base_hash)
    values (new.organization_id, 0, repeat('0', 64), 0, repeat('0', 64)) on conflict do nothing;
  select * into head from audit_heads where organization_id = new.organization_id for update;
  known := exists (select from audit_log where organization_id = new.organization_id
    and source = new.source and source_id = new.source_id);
  if not known then
    new.sequence := head.sequence + 1;
    new.prev_hash := head.hash;
    new.recorded_at := clock_timestamp();
    new.hash := encode(sha256(convert_to(audit_line(new), 'UTF8')), 'hex');
    perform set_config('app.audit_procedure', 'append', true);
    update audit_heads set sequence = new.sequence, hash = new.hash where organization_id = new.organization_id;
    perform set_config('app.audit_procedure', '', true);
  end if;
  perform set_config('app.organization_id', coalesce(asked, ''), true);
  return case when not known then new end;
end $$;`;

/** The two procedures here go past it; they run with the owner's rights, and nobody else counts. */
const refuseAuditChange = `create function refuse_audit_change() returns trigger language plpgsql as $$
declare
  procedure text := current_setting('app.audit_procedure', true);
begin
  if current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
    if tg_op = 'DELETE' and tg_table_name = 'audit_log' and procedure = 'prune' then return old; end if;
    if tg_op = 'UPDATE' and tg_table_name = 'audit_heads' and procedure in ('append', 'prune') then return new; end if;
  end if;
  raise exception '% is append-only: no %', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege', table = tg_table_name;
end $$;`;

/**
 * The one way in which entries leave: the oldest of one organisation, up to and including this number; the head
 * remembers where the rest begins. For the owner and administrators, who first export what they remove.
 */
const pruneAuditLog = `create function prune_audit_log(organization uuid, up_to bigint) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  asked text := current_setting('app.organization_id', true);
  last audit_log;
  removed bigint := 0;
begin
  perform set_config('app.organization_id', organization::text, true);
  perform from audit_heads where organization_id = organization for update;
  select * into last from audit_log where organization_id = organization and sequence <= up_to
    order by sequence desc limit 1;
  if found then
    perform set_config('app.audit_procedure', 'prune', true);
    delete from audit_log where organization_id = organization and sequence <= up_to;
    get diagnostics removed = row_count;
    update audit_heads set base_sequence = last.sequence, base_hash = last.hash where organization_id = organization;
    perform set_config('app.audit_procedure', '', true);
  end if;
  perform set_config('app.organization_id', coalesce(asked, ''), true);
  return removed;
end $$;`;

export class Migration20261124150451_Keep_an_audit_log extends Migration {
  override name = 'Migration20261124150451_Keep_an_audit_log';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "audit_log" ("id" uuid not null, "organization_id" uuid not null, "sequence" bigint not null default '0', "source" varchar(50) not null, "source_id" varchar(255) not null, "actor_kind" text not null, "actor_name" varchar(255) not null, "actor_id" varchar(255) null, "action" varchar(150) not null, "subject_type" varchar(100) not null, "subject_id" varchar(255) null, "before" jsonb null, "after" jsonb null, "reason" text null, "request_id" varchar(64) null, "occurred_at" timestamptz not null, "recorded_at" timestamptz not null default now(), "prev_hash" varchar(64) not null default '', "hash" varchar(64) not null default '', primary key ("id"));`,
    );
    this.addSql(
      `create index "audit_log_organization_id_subject_type_subject_id_index" on "audit_log" ("organization_id", "subject_type", "subject_id");`,
    );
    this.addSql(
      `create index "audit_log_organization_id_occurred_at_index" on "audit_log" ("organization_id", "occurred_at");`,
    );
    this.addSql(
      `alter table "audit_log" add constraint "audit_log_organization_id_sequence_unique" unique ("organization_id", "sequence");`,
    );
    this.addSql(
      `alter table "audit_log" add constraint "audit_log_organization_id_source_source_id_unique" unique ("organization_id", "source", "source_id");`,
    );

    this.addSql(
      `create table "audit_heads" ("organization_id" uuid not null, "sequence" bigint not null, "hash" varchar(64) not null, "base_sequence" bigint not null, "base_hash" varchar(64) not null, primary key ("organization_id"));`,
    );

    this.addSql(
      `create table "change_log" ("id" uuid not null, "organization_id" uuid not null, "sequence" bigserial, "table_name" varchar(63) not null, "row_id" varchar(255) null, "operation" text not null, "before" jsonb null, "after" jsonb null, "actor" jsonb not null, "request_id" varchar(64) null, "occurred_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(`alter table "change_log" add constraint "change_log_sequence_unique" unique ("sequence");`);

    for (const sql of [auditLine, chainAuditEntry, refuseAuditChange, pruneAuditLog]) this.addSql(sql);
    this.addSql('revoke execute on function prune_audit_log(uuid, bigint) from public;');
    for (const table of ['audit_log', 'audit_heads', 'change_log']) this.addSql(takeRightsBack(table));

    this.addSql(
      `alter table "audit_log" add constraint "audit_log_before_object" check (jsonb_typeof(before) = 'object');`,
    );
    this.addSql(
      `alter table "audit_log" add constraint "audit_log_after_object" check (jsonb_typeof(after) = 'object');`,
    );
    this.addSql(
      `alter table "audit_log" add constraint "audit_log_times" check (occurred_at between '1970-01-01Z' and '9999-01-01Z' and recorded_at between '1970-01-01Z' and '9999-01-01Z');`,
    );
    this.addSql(
      `alter table "audit_log" add constraint "audit_log_actor_kind_check" check ("actor_kind" in ('person', 'key', 'worker', 'provider', 'role'));`,
    );
    this.addSql(
      `create trigger chain before insert on audit_log for each row execute function chain_audit_entry();`,
    );
    this.addSql(
      `create trigger append_only before update or delete on audit_log for each row execute function refuse_audit_change();`,
    );
    this.addSql(
      `create trigger never_truncated before truncate on audit_log for each statement execute function refuse_audit_change();`,
    );
    this.addSql(`alter table "audit_log" enable row level security;`);
    this.addSql(`alter table "audit_log" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "audit_log" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `create trigger moved_by_the_chain before update or delete on audit_heads for each row execute function refuse_audit_change();`,
    );
    this.addSql(
      `create trigger never_truncated before truncate on audit_heads for each statement execute function refuse_audit_change();`,
    );
    this.addSql(`alter table "audit_heads" enable row level security;`);
    this.addSql(`alter table "audit_heads" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "audit_heads" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "change_log" add constraint "change_log_operation_check" check ("operation" in ('inserted', 'updated', 'deleted'));`,
    );
    this.addSql(`alter table "change_log" enable row level security;`);
    this.addSql(`alter table "change_log" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "change_log" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql('drop function if exists prune_audit_log(uuid, bigint);');
    this.addSql('drop function if exists audit_line(audit_log) cascade;');
    this.addSql('drop function if exists chain_audit_entry() cascade;');
    this.addSql('drop function if exists refuse_audit_change() cascade;');
    this.addSql(`drop trigger if exists "chain" on "audit_log";`);
    this.addSql(`drop function if exists "audit_log_chain_fn"();`);
    this.addSql(`drop trigger if exists "append_only" on "audit_log";`);
    this.addSql(`drop function if exists "audit_log_append_only_fn"();`);
    this.addSql(`drop trigger if exists "never_truncated" on "audit_log";`);
    this.addSql(`drop function if exists "audit_log_never_truncated_fn"();`);
    this.addSql(`drop table if exists "audit_log" cascade;`);
    this.addSql(`drop trigger if exists "moved_by_the_chain" on "audit_heads";`);
    this.addSql(`drop function if exists "audit_heads_moved_by_the_chain_fn"();`);
    this.addSql(`drop trigger if exists "never_truncated" on "audit_heads";`);
    this.addSql(`drop function if exists "audit_heads_never_truncated_fn"();`);
    this.addSql(`drop table if exists "audit_heads" cascade;`);
    this.addSql(`drop table if exists "change_log" cascade;`);
  }
}

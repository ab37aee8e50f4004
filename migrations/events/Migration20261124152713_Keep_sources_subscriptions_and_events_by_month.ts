import { Migration } from '@mikro-orm/migrations';
import { ordinaryAgain, partitionByMonth } from '../../src/databases/partitions.ts';

/** What is unique across the months; an event that is written again as it was keeps its key. */
const claimEventKey = `create function claim_event_key() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.organization_id, new.source, new.external_id, new.occurred_at)
       is distinct from (old.id, old.organization_id, old.source, old.external_id, old.occurred_at) then
      raise exception 'events: what identifies event % does not change', old.id
        using errcode = 'check_violation', constraint = 'event_identity', table = 'events';
    end if;
    return new;
  end if;
  insert into event_keys (id, organization_id, source, external_id, occurred_at)
    values (new.id, new.organization_id, new.source, new.external_id, new.occurred_at) on conflict do nothing;
  if not found and not exists (select from event_keys where id = new.id and organization_id = new.organization_id
      and source = new.source and external_id = new.external_id and occurred_at = new.occurred_at) then
    raise exception 'events: % of % is there already', new.external_id, new.source
      using errcode = 'unique_violation', constraint = 'event_keys_organization_id_source_external_id_unique', table = 'events';
  end if;
  return new;
end $$;`;

const releaseEventKey = `create function release_event_key() returns trigger language plpgsql as $$
begin delete from event_keys where id = old.id; return null; end $$;`;

export class Migration20261124152713_Keep_sources_subscriptions_and_events_by_month extends Migration {
  override name = 'Migration20261124152713_Keep_sources_subscriptions_and_events_by_month';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "event_aggregations" ("id" uuid not null, "period_start" timestamptz not null, "organization_id" uuid not null, "period_end" timestamptz not null, "name" varchar(255) not null, "period" text not null, "source" varchar(50) null, "event_type" varchar(100) null, "event_count" bigint not null default '0', "unique_actors" bigint not null default '0', "unique_targets" bigint not null default '0', "success_rate" numeric(5,2) null, "average_processing_ms" bigint null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id", "period_start"));`,
    );
    this.addSql(
      `create unique index event_aggregations_unique on event_aggregations (organization_id, name, period, source, event_type, period_start) nulls not distinct;`,
    );

    this.addSql(
      `create table "event_keys" ("id" uuid not null, "organization_id" uuid not null, "source" varchar(50) not null, "external_id" varchar(255) not null, "occurred_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(`create index "event_keys_occurred_at_index" on "event_keys" ("occurred_at");`);
    this.addSql(
      `alter table "event_keys" add constraint "event_keys_organization_id_source_external_id_unique" unique ("organization_id", "source", "external_id");`,
    );

    this.addSql('alter table "events" no force row level security;');
    this.addSql(
      `insert into "event_keys" select id, organization_id, source, external_id, occurred_at from "events";`,
    );
    this.addSql('alter table "events" force row level security;');

    this.addSql(
      `create table "event_correlations" ("id" uuid not null, "organization_id" uuid not null, "event_id" uuid not null, "workflow_id" uuid null, "thread_id" varchar(255) null, "rule" varchar(100) not null, "confidence" numeric(5,2) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "event_correlations_workflow_id_index" on "event_correlations" ("workflow_id");`,
    );
    this.addSql(
      `create index "event_correlations_organization_id_thread_id_index" on "event_correlations" ("organization_id", "thread_id");`,
    );
    this.addSql(
      `create unique index event_correlations_unique on event_correlations (event_id, workflow_id, thread_id, rule) nulls not distinct;`,
    );

    this.addSql(
      `create table "event_processing" ("id" uuid not null, "organization_id" uuid not null, "event_id" uuid not null, "handler" varchar(100) not null, "status" text not null default 'received', "attempts" int not null default 0, "next_attempt_at" timestamptz null default now(), "started_at" timestamptz null, "finished_at" timestamptz null, "reason" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index event_processing_due on event_processing (next_attempt_at) where status in ('received', 'processing');`,
    );
    this.addSql(
      `create index "event_processing_organization_id_status_index" on "event_processing" ("organization_id", "status");`,
    );
    this.addSql(
      `alter table "event_processing" add constraint "event_processing_event_id_handler_unique" unique ("event_id", "handler");`,
    );

    this.addSql(
      `create table "event_sources" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "provider" text not null, "external_id" varchar(255) null, "credential_id" uuid null, "settings" jsonb not null default '{}', "is_active" boolean not null default true, "sync_interval_ms" bigint null, "next_sync_at" timestamptz null, "last_sync_at" timestamptz null, "last_event_at" timestamptz null, "last_error_at" timestamptz null, "last_error" text null, "consecutive_failures" int not null default 0, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "event_sources_credential_id_index" on "event_sources" ("credential_id");`);
    this.addSql(`create index event_sources_due on event_sources (next_sync_at) where is_active;`);
    this.addSql(
      `alter table "event_sources" add constraint "event_sources_organization_id_name_unique" unique ("organization_id", "name");`,
    );
    this.addSql(
      `create unique index event_sources_external_unique on event_sources (organization_id, provider, external_id) where external_id is not null;`,
    );

    this.addSql(
      `create table "subscriptions" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "sources" text[] not null default '{}', "event_types" text[] not null default '{}', "filter" jsonb null, "delivery_method" text not null, "destination" text not null, "credential_id" uuid null, "status" text not null default 'active', "status_reason" text null, "max_events_per_hour" int not null default 1000, "created_by" varchar(255) not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "subscriptions_credential_id_index" on "subscriptions" ("credential_id");`);
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_organization_id_name_unique" unique ("organization_id", "name");`,
    );

    this.addSql(
      `create table "subscription_deliveries" ("id" uuid not null, "organization_id" uuid not null, "subscription_id" uuid not null, "event_id" uuid not null, "status" text not null default 'pending', "attempts" int not null default 0, "next_attempt_at" timestamptz null default now(), "sent_at" timestamptz null, "delivered_at" timestamptz null, "response_status" int null, "response_body" text null, "duration_ms" bigint null, "reason" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "subscription_deliveries_event_id_index" on "subscription_deliveries" ("event_id");`,
    );
    this.addSql(
      `create index subscription_deliveries_due on subscription_deliveries (next_attempt_at) where status in ('pending', 'sending');`,
    );
    this.addSql(
      `create index "subscription_deliveries_organization_id_created_at_index" on "subscription_deliveries" ("organization_id", "created_at");`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_subscription_id_event_id_unique" unique ("subscription_id", "event_id");`,
    );

    this.addSql(`alter table "events" drop constraint "events_organization_id_source_external_id_unique";`);
    this.addSql(`alter table "events" drop constraint "events_pkey";`);
    this.addSql(
      `alter table "events" add "event_source_id" uuid null, add "title" varchar(500) null, add "actor_name" varchar(255) null, add "actor_external_id" varchar(255) null, add "target_type" varchar(100) null, add "target_id" varchar(255) null, add "thread_id" varchar(255) null, add "source_url" text null;`,
    );
    this.addSql(`create index "events_event_source_id_index" on "events" ("event_source_id");`);
    this.addSql(
      `create index "events_organization_id_occurred_at_index" on "events" ("organization_id", "occurred_at");`,
    );
    this.addSql(
      `create index "events_organization_id_event_type_occurred_at_index" on "events" ("organization_id", "event_type", "occurred_at");`,
    );
    this.addSql(
      `create index "events_organization_id_target_type_target_id_occurred_at_index" on "events" ("organization_id", "target_type", "target_id", "occurred_at");`,
    );
    this.addSql(
      `create index "events_organization_id_thread_id_occurred_at_index" on "events" ("organization_id", "thread_id", "occurred_at");`,
    );
    this.addSql(`alter table "events" add primary key ("id", "occurred_at");`);
    for (const sql of [claimEventKey, releaseEventKey]) this.addSql(sql);
    this.addSql(
      `create trigger claims_key before insert or update on events for each row execute function claim_event_key();`,
    );
    this.addSql(
      `create trigger releases_key after delete on events for each row execute function release_event_key();`,
    );

    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_period" check (period_end > period_start);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_event_count_check" check (event_count >= 0);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_unique_actors_check" check (unique_actors >= 0);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_unique_targets_check" check (unique_targets >= 0);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_success_rate_check" check (success_rate between 0 and 100);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_average_processing_ms_check" check (average_processing_ms >= 0);`,
    );
    this.addSql(
      `alter table "event_aggregations" add constraint "event_aggregations_period_check" check ("period" in ('minute', 'hour', 'day', 'week', 'month'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "event_aggregations" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "event_aggregations" enable row level security;`);
    this.addSql(`alter table "event_aggregations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "event_aggregations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`alter table "event_keys" enable row level security;`);
    this.addSql(`alter table "event_keys" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "event_keys" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "event_correlations" add constraint "event_correlations_event_id_foreign" foreign key ("event_id") references "event_keys" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "event_correlations" add constraint "event_correlations_something" check (workflow_id is not null or thread_id is not null);`,
    );
    this.addSql(
      `alter table "event_correlations" add constraint "event_correlations_confidence_check" check (confidence between 0 and 100);`,
    );
    this.addSql(`create or replace function "event_correlations_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is distinct from old."event_id" and new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_correlations: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "event_correlations" for each ROW execute function "event_correlations_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "event_correlations" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "event_correlations" enable row level security;`);
    this.addSql(`alter table "event_correlations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "event_correlations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "event_processing" add constraint "event_processing_event_id_foreign" foreign key ("event_id") references "event_keys" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "event_processing" add constraint "event_processing_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(
      `alter table "event_processing" add constraint "event_processing_status_check" check ("status" in ('received', 'processing', 'processed', 'failed', 'ignored'));`,
    );
    this.addSql(`create or replace function "event_processing_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'received' then array['processing', 'ignored'] when 'processing' then array['processed', 'failed', 'ignored', 'received'] when 'failed' then array['received'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "event_processing" for each ROW
  when (old.status is distinct from new.status) execute function "event_processing_status_transitions_fn"();`);
    this.addSql(`create or replace function "event_processing_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is distinct from old."event_id" and new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_processing: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "event_processing" for each ROW execute function "event_processing_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "event_processing" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "event_processing" enable row level security;`);
    this.addSql(`alter table "event_processing" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "event_processing" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "event_sources" add constraint "event_sources_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "event_sources" add constraint "event_sources_sync_interval_ms_check" check (sync_interval_ms > 0);`,
    );
    this.addSql(
      `alter table "event_sources" add constraint "event_sources_consecutive_failures_check" check (consecutive_failures >= 0);`,
    );
    this.addSql(
      `alter table "event_sources" add constraint "event_sources_provider_check" check ("provider" in ('github', 'linear', 'codegen', 'slack', 'notion', 'webhook'));`,
    );
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "event_sources" for each row execute function keep_change('{next_sync_at,last_sync_at,last_event_at,last_error_at,last_error,consecutive_failures}', '{}');`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "event_sources" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "event_sources" enable row level security;`);
    this.addSql(`alter table "event_sources" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "event_sources" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_max_events_per_hour_check" check (max_events_per_hour > 0);`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_delivery_method_check" check ("delivery_method" in ('webhook', 'slack'));`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_status_check" check ("status" in ('active', 'paused', 'disabled', 'error'));`,
    );
    this.addSql(`create or replace function "subscriptions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'active' then array['paused', 'disabled', 'error'] when 'paused' then array['active', 'disabled'] when 'error' then array['active', 'disabled'] when 'disabled' then array['active'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "subscriptions" for each ROW
  when (old.status is distinct from new.status) execute function "subscriptions_status_transitions_fn"();`);
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "subscriptions" for each row execute function keep_change('{}', '{}');`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "subscriptions" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "subscriptions" enable row level security;`);
    this.addSql(`alter table "subscriptions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "subscriptions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_subscription_id_foreign" foreign key ("subscription_id") references "subscriptions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_event_id_foreign" foreign key ("event_id") references "event_keys" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_response_status_check" check (response_status between 100 and 599);`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_duration_ms_check" check (duration_ms >= 0);`,
    );
    this.addSql(
      `alter table "subscription_deliveries" add constraint "subscription_deliveries_status_check" check ("status" in ('pending', 'sending', 'delivered', 'failed'));`,
    );
    this.addSql(`create or replace function "subscription_deliveries_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['sending', 'failed'] when 'sending' then array['delivered', 'failed', 'pending'] when 'failed' then array['pending'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "subscription_deliveries" for each ROW
  when (old.status is distinct from new.status) execute function "subscription_deliveries_status_transitions_fn"();`);
    this.addSql(`create or replace function "subscription_deliveries_parent_in_organization_fn"() returns trigger as $$ begin if new."subscription_id" is distinct from old."subscription_id" and new."subscription_id" is not null and not exists (
        select from "subscriptions" where id = new."subscription_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."subscription_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."event_id" is distinct from old."event_id" and new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "subscription_deliveries" for each ROW execute function "subscription_deliveries_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "subscription_deliveries" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "subscription_deliveries" enable row level security;`);
    this.addSql(`alter table "subscription_deliveries" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "subscription_deliveries" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(partitionByMonth('events', 'occurred_at'));
    this.addSql(partitionByMonth('event_aggregations', 'period_start'));

    this.addSql(`create view "subscription_performance" as select s.id, s.organization_id, s.name, s.status, coalesce(d.deliveries, 0) as deliveries,
           coalesce(d.delivered, 0) as delivered, coalesce(d.failed, 0) as failed,
           coalesce(d.deliveries - d.delivered - d.failed, 0) as under_way,
           round(100.0 * d.delivered / nullif(d.delivered + d.failed, 0), 2) as success_rate,
           d.average_duration_ms, d.last_delivered_at
      from subscriptions s
      left join (
        select subscription_id, count(*)::int as deliveries, count(*) filter (where status = 'delivered')::int as delivered,
               count(*) filter (where status = 'failed')::int as failed,
               round(avg(duration_ms) filter (where status = 'delivered'))::bigint as average_duration_ms,
               max(delivered_at) as last_delivered_at
          from subscription_deliveries where created_at >= now() - interval '24 hours' group by subscription_id
      ) d on d.subscription_id = s.id;`);

    this.addSql(`create view "recent_events" as select e.id, e.organization_id, e.occurred_at, e.source, s.name as source_name, e.event_type, e.title, e.actor_name,
           e.target_type, e.target_id, e.workflow_id,
           coalesce(h.handlers, 0) as handlers, coalesce(h.settled, 0) as settled, coalesce(h.failed, 0) as failed
      from events e
      left join event_sources s on s.id = e.event_source_id and s.organization_id = e.organization_id
      left join (
        select event_id, count(*)::int as handlers, count(*) filter (where status in ('processed', 'ignored'))::int as settled,
               count(*) filter (where status = 'failed')::int as failed
          from event_processing group by event_id
      ) h on h.event_id = e.id
     where e.occurred_at >= now() - interval '24 hours';`);

    this.addSql(`create view "event_source_health" as select s.id, s.organization_id, s.name, s.provider, s.last_sync_at, s.last_event_at, s.consecutive_failures, s.last_error,
           case when not s.is_active then 'inactive'
                when s.consecutive_failures > 10 then 'unhealthy'
                when s.consecutive_failures > 0 then 'degraded'
                when coalesce(s.last_sync_at, s.last_event_at) is null then 'unknown'
                when greatest(s.last_sync_at, s.last_event_at) < now() - 2 * s.sync_interval_ms * interval '1 millisecond' then 'stale'
                else 'healthy' end as health,
           (select count(*)::int from events e where e.event_source_id = s.id and e.organization_id = s.organization_id
             and e.occurred_at >= now() - interval '1 hour') as events_last_hour
      from event_sources s;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "event_source_health" cascade;`);
    this.addSql(`drop view if exists "recent_events" cascade;`);
    this.addSql(`drop view if exists "subscription_performance" cascade;`);
    this.addSql(ordinaryAgain('events'));
    this.addSql(ordinaryAgain('event_aggregations'));
    this.addSql('drop function if exists claim_event_key() cascade;');
    this.addSql('drop function if exists release_event_key() cascade;');
    this.addSql(`alter table "event_correlations" drop constraint "event_correlations_event_id_foreign";`);
    this.addSql(`alter table "event_processing" drop constraint "event_processing_event_id_foreign";`);
    this.addSql(
      `alter table "subscription_deliveries" drop constraint "subscription_deliveries_event_id_foreign";`,
    );
    this.addSql(
      `alter table "subscription_deliveries" drop constraint "subscription_deliveries_subscription_id_foreign";`,
    );

    this.addSql(`drop trigger if exists "updated_at_moves" on "event_aggregations";`);
    this.addSql(`drop function if exists "event_aggregations_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "event_aggregations" cascade;`);
    this.addSql(`drop table if exists "event_keys" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "event_correlations";`);
    this.addSql(`drop function if exists "event_correlations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "event_correlations";`);
    this.addSql(`drop function if exists "event_correlations_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "event_correlations" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "event_processing" cascade;`);
    this.addSql(`drop trigger if exists "changes_are_kept" on "event_sources";`);
    this.addSql(`drop function if exists "event_sources_changes_are_kept_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "event_sources";`);
    this.addSql(`drop function if exists "event_sources_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "event_sources" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "subscriptions";`);
    this.addSql(`drop function if exists "subscriptions_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "changes_are_kept" on "subscriptions";`);
    this.addSql(`drop function if exists "subscriptions_changes_are_kept_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "subscriptions";`);
    this.addSql(`drop function if exists "subscriptions_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "subscriptions" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "subscription_deliveries" cascade;`);

    this.addSql(`drop index "events_event_source_id_index";`);
    this.addSql(`drop index "events_organization_id_occurred_at_index";`);
    this.addSql(`drop index "events_organization_id_event_type_occurred_at_index";`);
    this.addSql(`drop index "events_organization_id_target_type_target_id_occurred_at_index";`);
    this.addSql(`drop index "events_organization_id_thread_id_occurred_at_index";`);
    this.addSql(`alter table "events" drop constraint "events_pkey";`);
    this.addSql(`drop trigger if exists "claims_key" on "events";`);
    this.addSql(`drop function if exists "events_claims_key_fn"();`);
    this.addSql(`drop trigger if exists "releases_key" on "events";`);
    this.addSql(`drop function if exists "events_releases_key_fn"();`);
    this.addSql(
      `alter table "events" drop column "event_source_id", drop column "title", drop column "actor_name", drop column "actor_external_id", drop column "target_type", drop column "target_id", drop column "thread_id", drop column "source_url";`,
    );
    this.addSql(
      `alter table "events" add constraint "events_organization_id_source_external_id_unique" unique ("organization_id", "source", "external_id");`,
    );
    this.addSql(`alter table "events" add primary key ("id");`);
  }
}

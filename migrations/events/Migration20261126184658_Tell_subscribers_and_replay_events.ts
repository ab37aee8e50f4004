import { Migration } from '@mikro-orm/migrations';

export class Migration20261126184658_Tell_subscribers_and_replay_events extends Migration {
  override name = 'Migration20261126184658_Tell_subscribers_and_replay_events';

  override up(): void | Promise<void> {
    this.addSql(
      `create index events_received on events (organization_id, occurred_at, id) where event_source_id is not null;`,
    );

    this.addSql(`drop trigger if exists "status_transitions" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_status_transitions_fn"();`);
    this.addSql(`create or replace function "event_processing_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'received' then array['processing', 'ignored'] when 'processing' then array['processed', 'failed', 'ignored', 'received'] when 'failed' then array['received'] when 'processed' then array['received'] when 'ignored' then array['received'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "event_processing" for each ROW
  when (old.status is distinct from new.status) execute function "event_processing_status_transitions_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "subscriptions";`);
    this.addSql(`drop function if exists "subscriptions_changes_are_kept_fn"();`);
    this.addSql(
      `alter table "subscriptions" add "projects" uuid[] not null default '{}', add "min_level" text not null default 'info', add "earlier_credential_id" uuid null, add "earlier_until" timestamptz null, add "failing_since" timestamptz null;`,
    );
    this.addSql(
      `alter table "subscriptions" add constraint "subscriptions_min_level_check" check ("min_level" in ('debug', 'info', 'warning', 'error'));`,
    );
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "subscriptions" for each row execute function keep_change('{failing_since}', '{}');`,
    );

    this.addSql(`drop index "subscription_deliveries_due";`);
    this.addSql(`drop trigger if exists "status_transitions" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_status_transitions_fn"();`);
    this.addSql(
      `create index subscription_deliveries_open on subscription_deliveries (subscription_id, next_attempt_at) where status in ('pending', 'sending');`,
    );
    this.addSql(
      `create index "subscription_deliveries_subscription_id_sent_at_index" on "subscription_deliveries" ("subscription_id", "sent_at");`,
    );
    this.addSql(`create or replace function "subscription_deliveries_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['sending', 'failed'] when 'sending' then array['delivered', 'failed', 'pending'] when 'failed' then array['pending'] when 'delivered' then array['pending'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "subscription_deliveries" for each ROW
  when (old.status is distinct from new.status) execute function "subscription_deliveries_status_transitions_fn"();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "status_transitions" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_status_transitions_fn"();`);
    this.addSql(`create or replace function "event_processing_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'received' then array['processing', 'ignored'] when 'processing' then array['processed', 'failed', 'ignored', 'received'] when 'failed' then array['received'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "event_processing" for each ROW
  when (old.status is distinct from new.status) execute function "event_processing_status_transitions_fn"();`);

    this.addSql(`drop index "events_received";`);

    this.addSql(`drop index "subscription_deliveries_open";`);
    this.addSql(`drop index "subscription_deliveries_subscription_id_sent_at_index";`);
    this.addSql(`drop trigger if exists "status_transitions" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_status_transitions_fn"();`);
    this.addSql(
      `create index subscription_deliveries_due on subscription_deliveries (next_attempt_at) where status in ('pending', 'sending');`,
    );
    this.addSql(`create or replace function "subscription_deliveries_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['sending', 'failed'] when 'sending' then array['delivered', 'failed', 'pending'] when 'failed' then array['pending'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "subscription_deliveries" for each ROW
  when (old.status is distinct from new.status) execute function "subscription_deliveries_status_transitions_fn"();`);

    this.addSql(`alter table "subscriptions" drop constraint "subscriptions_min_level_check";`);
    this.addSql(`drop trigger if exists "changes_are_kept" on "subscriptions";`);
    this.addSql(`drop function if exists "subscriptions_changes_are_kept_fn"();`);
    this.addSql(
      `alter table "subscriptions" drop column "projects", drop column "min_level", drop column "earlier_credential_id", drop column "earlier_until", drop column "failing_since";`,
    );
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "subscriptions" for each row execute function keep_change('{}', '{}');`,
    );
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154225_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154225_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "event_correlations";`);
    this.addSql(`drop function if exists "event_correlations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "event_correlations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_correlations: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "event_correlations" for each ROW
  when (old."event_id" is distinct from new."event_id") execute function "event_correlations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "event_correlations_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_correlations: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "event_correlations" for each ROW execute function "event_correlations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "event_processing_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_processing: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "event_processing" for each ROW
  when (old."event_id" is distinct from new."event_id") execute function "event_processing_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "event_processing_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_processing: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "event_processing" for each ROW execute function "event_processing_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "subscription_deliveries_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."subscription_id" is not null and not exists (
        select from "subscriptions" where id = new."subscription_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."subscription_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "subscription_deliveries" for each ROW
  when (old."subscription_id" is distinct from new."subscription_id" or old."event_id" is distinct from new."event_id") execute function "subscription_deliveries_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "subscription_deliveries_parent_in_organization_fn"() returns trigger as $$ begin if new."subscription_id" is not null and not exists (
        select from "subscriptions" where id = new."subscription_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."subscription_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'subscription_deliveries: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "subscription_deliveries" for each ROW execute function "subscription_deliveries_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "event_correlations";`);
    this.addSql(`drop function if exists "event_correlations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "event_correlations";`);
    this.addSql(`drop function if exists "event_correlations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "event_correlations_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is distinct from old."event_id" and new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_correlations: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "event_correlations" for each ROW execute function "event_correlations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "event_processing";`);
    this.addSql(`drop function if exists "event_processing_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "event_processing_parent_in_organization_fn"() returns trigger as $$ begin if new."event_id" is distinct from old."event_id" and new."event_id" is not null and not exists (
        select from "event_keys" where id = new."event_id" and organization_id = new.organization_id) then
        raise exception 'event_processing: there is no % in this organisation', new."event_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "event_processing" for each ROW execute function "event_processing_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "subscription_deliveries";`);
    this.addSql(`drop function if exists "subscription_deliveries_parent_in_organization_fn"();`);
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
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154219_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154219_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "alert_instances_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."alert_rule_id" is not null and not exists (
        select from "alert_rules" where id = new."alert_rule_id" and organization_id = new.organization_id) then
        raise exception 'alert_instances: there is no % in this organisation', new."alert_rule_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "alert_instances" for each ROW
  when (old."alert_rule_id" is distinct from new."alert_rule_id") execute function "alert_instances_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "alert_instances_parent_in_organization_fn"() returns trigger as $$ begin if new."alert_rule_id" is not null and not exists (
        select from "alert_rules" where id = new."alert_rule_id" and organization_id = new.organization_id) then
        raise exception 'alert_instances: there is no % in this organisation', new."alert_rule_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "alert_instances" for each ROW execute function "alert_instances_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "evaluation_steps_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."evaluation_run_id" is not null and not exists (
        select from "evaluation_runs" where id = new."evaluation_run_id" and organization_id = new.organization_id) then
        raise exception 'evaluation_steps: there is no % in this organisation', new."evaluation_run_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "evaluation_steps" for each ROW
  when (old."evaluation_run_id" is distinct from new."evaluation_run_id") execute function "evaluation_steps_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "evaluation_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."evaluation_run_id" is not null and not exists (
        select from "evaluation_runs" where id = new."evaluation_run_id" and organization_id = new.organization_id) then
        raise exception 'evaluation_steps: there is no % in this organisation', new."evaluation_run_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "evaluation_steps" for each ROW execute function "evaluation_steps_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "alert_instances_parent_in_organization_fn"() returns trigger as $$ begin if new."alert_rule_id" is distinct from old."alert_rule_id" and new."alert_rule_id" is not null and not exists (
        select from "alert_rules" where id = new."alert_rule_id" and organization_id = new.organization_id) then
        raise exception 'alert_instances: there is no % in this organisation', new."alert_rule_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "alert_instances" for each ROW execute function "alert_instances_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "evaluation_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."evaluation_run_id" is distinct from old."evaluation_run_id" and new."evaluation_run_id" is not null and not exists (
        select from "evaluation_runs" where id = new."evaluation_run_id" and organization_id = new.organization_id) then
        raise exception 'evaluation_steps: there is no % in this organisation', new."evaluation_run_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "evaluation_steps" for each ROW execute function "evaluation_steps_parent_in_organization_fn"();`,
    );
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154235_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154235_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    // room for the next states of a row beside it: where no index has to hear of them, they cost half
    this.addSql('alter table "workflow_executions" set (fillfactor = 70);');
    this.addSql('alter table "workflow_stage_executions" set (fillfactor = 50);');
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_parent_in_organization_fn"();`);
    this.addSql(
      `create index workflow_executions_under_way on workflow_executions (id) where (workflow_executions.status in ('running', 'waiting') or (workflow_executions.status = 'queued' and (workflow_executions.admitted_at is not null or workflow_executions.waiting_on is null)));`,
    );
    this.addSql(`create or replace function "workflow_executions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_template_id" is not null and not exists (
        select from "workflow_templates" where id = new."workflow_template_id" and organization_id = new.organization_id) then
        raise exception 'workflow_executions: there is no % in this organisation', new."workflow_template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old."workflow_template_id" is distinct from new."workflow_template_id") execute function "workflow_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_template_id" is not null and not exists (
        select from "workflow_templates" where id = new."workflow_template_id" and organization_id = new.organization_id) then
        raise exception 'workflow_executions: there is no % in this organisation', new."workflow_template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_executions" for each ROW execute function "workflow_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop index "workflow_stage_executions_status_updated_at_index";`);
    this.addSql(
      `create index workflow_stage_executions_unanswered on workflow_stage_executions (waiting_until) where open_gate is not null;`,
    );
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_stage_executions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_stage_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_stage_executions" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "workflow_stage_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_stage_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_stage_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_stage_executions" for each ROW execute function "workflow_stage_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_step_executions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_step_executions" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id" or old."workflow_stage_execution_id" is distinct from new."workflow_stage_execution_id") execute function "workflow_step_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_step_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_step_executions" for each ROW execute function "workflow_step_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_schedules_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."last_workflow_id" is not null and not exists (
        select from "workflow_executions" where id = new."last_workflow_id" and organization_id = new.organization_id) then
        raise exception 'workflow_schedules: there is no % in this organisation', new."last_workflow_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_schedules" for each ROW
  when (old."last_workflow_id" is distinct from new."last_workflow_id") execute function "workflow_schedules_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_schedules_parent_in_organization_fn"() returns trigger as $$ begin if new."last_workflow_id" is not null and not exists (
        select from "workflow_executions" where id = new."last_workflow_id" and organization_id = new.organization_id) then
        raise exception 'workflow_schedules: there is no % in this organisation', new."last_workflow_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_schedules" for each ROW execute function "workflow_schedules_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_metrics";`);
    this.addSql(`drop function if exists "workflow_metrics_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_metrics_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_metrics: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_metrics" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "workflow_metrics_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_metrics_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_metrics: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_metrics" for each ROW execute function "workflow_metrics_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "timers";`);
    this.addSql(`drop function if exists "timers_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "timers_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'timers: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "timers" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "timers_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "timers_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'timers: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "timers" for each ROW execute function "timers_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "signals";`);
    this.addSql(`drop function if exists "signals_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "signals_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'signals: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "signals" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "signals_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "signals_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'signals: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "signals" for each ROW execute function "signals_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "outbox";`);
    this.addSql(`drop function if exists "outbox_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "outbox_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'outbox: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "outbox" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "outbox_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "outbox_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'outbox: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "outbox" for each ROW execute function "outbox_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "linear_operations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "linear_operations" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id" or old."workflow_stage_execution_id" is distinct from new."workflow_stage_execution_id") execute function "linear_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "linear_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "linear_operations" for each ROW execute function "linear_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "github_operations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "github_operations" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id" or old."workflow_stage_execution_id" is distinct from new."workflow_stage_execution_id") execute function "github_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "github_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "github_operations" for each ROW execute function "github_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "codegen_operations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "codegen_operations" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id" or old."workflow_stage_execution_id" is distinct from new."workflow_stage_execution_id") execute function "codegen_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "codegen_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "codegen_operations" for each ROW execute function "codegen_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "agent_run_spending";`);
    this.addSql(`drop function if exists "agent_run_spending_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "agent_run_spending_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'agent_run_spending: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "agent_run_spending" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "agent_run_spending_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "agent_run_spending_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'agent_run_spending: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "agent_run_spending" for each ROW execute function "agent_run_spending_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_validations";`);
    this.addSql(`drop function if exists "workflow_validations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_validations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_validations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "workflow_validations" for each ROW
  when (old."workflow_execution_id" is distinct from new."workflow_execution_id") execute function "workflow_validations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_validations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_validations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "workflow_validations" for each ROW execute function "workflow_validations_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql('alter table "workflow_executions" reset (fillfactor);');
    this.addSql('alter table "workflow_stage_executions" reset (fillfactor);');
    this.addSql(`drop index "workflow_stage_executions_unanswered";`);
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "agent_run_spending";`);
    this.addSql(`drop function if exists "agent_run_spending_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "agent_run_spending";`);
    this.addSql(`drop function if exists "agent_run_spending_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "agent_run_spending_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'agent_run_spending: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "agent_run_spending" for each ROW execute function "agent_run_spending_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "codegen_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is distinct from old."workflow_stage_execution_id" and new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'codegen_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "codegen_operations" for each ROW execute function "codegen_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "github_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is distinct from old."workflow_stage_execution_id" and new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'github_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "github_operations" for each ROW execute function "github_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "linear_operations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is distinct from old."workflow_stage_execution_id" and new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'linear_operations: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "linear_operations" for each ROW execute function "linear_operations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "outbox";`);
    this.addSql(`drop function if exists "outbox_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "outbox";`);
    this.addSql(`drop function if exists "outbox_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "outbox_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'outbox: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "outbox" for each ROW execute function "outbox_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "signals";`);
    this.addSql(`drop function if exists "signals_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "signals";`);
    this.addSql(`drop function if exists "signals_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "signals_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'signals: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "signals" for each ROW execute function "signals_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "timers";`);
    this.addSql(`drop function if exists "timers_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "timers";`);
    this.addSql(`drop function if exists "timers_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "timers_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'timers: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "timers" for each ROW execute function "timers_parent_in_organization_fn"();`,
    );

    this.addSql(`drop index "workflow_executions_under_way";`);
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_template_id" is distinct from old."workflow_template_id" and new."workflow_template_id" is not null and not exists (
        select from "workflow_templates" where id = new."workflow_template_id" and organization_id = new.organization_id) then
        raise exception 'workflow_executions: there is no % in this organisation', new."workflow_template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_executions" for each ROW execute function "workflow_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_metrics";`);
    this.addSql(`drop function if exists "workflow_metrics_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_metrics";`);
    this.addSql(`drop function if exists "workflow_metrics_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_metrics_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_metrics: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_metrics" for each ROW execute function "workflow_metrics_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_schedules_parent_in_organization_fn"() returns trigger as $$ begin if new."last_workflow_id" is distinct from old."last_workflow_id" and new."last_workflow_id" is not null and not exists (
        select from "workflow_executions" where id = new."last_workflow_id" and organization_id = new.organization_id) then
        raise exception 'workflow_schedules: there is no % in this organisation', new."last_workflow_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_schedules" for each ROW execute function "workflow_schedules_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_parent_in_organization_fn"();`);
    this.addSql(
      `create index "workflow_stage_executions_status_updated_at_index" on "workflow_stage_executions" ("status", "updated_at");`,
    );
    this.addSql(`create or replace function "workflow_stage_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_stage_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_stage_executions" for each ROW execute function "workflow_stage_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_step_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."workflow_stage_execution_id" is distinct from old."workflow_stage_execution_id" and new."workflow_stage_execution_id" is not null and not exists (
        select from "workflow_stage_executions" where id = new."workflow_stage_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_step_executions: there is no % in this organisation', new."workflow_stage_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_step_executions" for each ROW execute function "workflow_step_executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "workflow_validations";`);
    this.addSql(`drop function if exists "workflow_validations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_validations";`);
    this.addSql(`drop function if exists "workflow_validations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "workflow_validations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_validations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_validations" for each ROW execute function "workflow_validations_parent_in_organization_fn"();`,
    );
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143506_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143506_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_executions" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "signals_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'signals: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "signals" for each ROW execute function "signals_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "signals" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "outbox_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'outbox: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "outbox" for each ROW execute function "outbox_parent_in_organization_fn"();`,
    );

    this.addSql(`create or replace function "workflow_metrics_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_metrics: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_metrics" for each ROW execute function "workflow_metrics_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_metrics" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "workflow_stage_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_stage_executions: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_stage_executions" for each ROW execute function "workflow_stage_executions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_stage_executions" for each row execute function move_updated_at();`,
    );

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
    this.addSql(
      `create trigger updated_at_moves before update on "linear_operations" for each row execute function move_updated_at();`,
    );

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
    this.addSql(
      `create trigger updated_at_moves before update on "github_operations" for each row execute function move_updated_at();`,
    );

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
    this.addSql(
      `create trigger updated_at_moves before update on "codegen_operations" for each row execute function move_updated_at();`,
    );

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
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_step_executions" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "workflow_validations_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'workflow_validations: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_validations" for each ROW execute function "workflow_validations_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_validations" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "outbox";`);
    this.addSql(`drop function if exists "outbox_parent_in_organization_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "signals";`);
    this.addSql(`drop function if exists "signals_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "signals";`);
    this.addSql(`drop function if exists "signals_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_metrics";`);
    this.addSql(`drop function if exists "workflow_metrics_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_metrics";`);
    this.addSql(`drop function if exists "workflow_metrics_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_validations";`);
    this.addSql(`drop function if exists "workflow_validations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_validations";`);
    this.addSql(`drop function if exists "workflow_validations_updated_at_moves_fn"();`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154214_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154214_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "analysis_runs_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'analysis_runs: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "analysis_runs" for each ROW
  when (old."codebase_id" is distinct from new."codebase_id") execute function "analysis_runs_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "analysis_runs_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'analysis_runs: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "analysis_runs" for each ROW execute function "analysis_runs_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "files";`);
    this.addSql(`drop function if exists "files_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "files_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'files: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "files" for each ROW
  when (old."codebase_id" is distinct from new."codebase_id") execute function "files_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "files_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'files: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "files" for each ROW execute function "files_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "external_dependencies";`);
    this.addSql(`drop function if exists "external_dependencies_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "external_dependencies_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'external_dependencies: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "external_dependencies" for each ROW
  when (old."codebase_id" is distinct from new."codebase_id") execute function "external_dependencies_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "external_dependencies_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'external_dependencies: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "external_dependencies" for each ROW execute function "external_dependencies_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "code_elements";`);
    this.addSql(`drop function if exists "code_elements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "code_elements_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."file_metrics_id" is not null and not exists (
        select from "file_metrics" where id = new."file_metrics_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."file_metrics_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_element_id" is not null and not exists (
        select from "code_elements" where id = new."parent_element_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."parent_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "code_elements" for each ROW
  when (old."file_metrics_id" is distinct from new."file_metrics_id" or old."parent_element_id" is distinct from new."parent_element_id") execute function "code_elements_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "code_elements_parent_in_organization_fn"() returns trigger as $$ begin if new."file_metrics_id" is not null and not exists (
        select from "file_metrics" where id = new."file_metrics_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."file_metrics_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_element_id" is not null and not exists (
        select from "code_elements" where id = new."parent_element_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."parent_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "code_elements" for each ROW execute function "code_elements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "relationships";`);
    this.addSql(`drop function if exists "relationships_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "relationships_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."source_element_id" is not null and not exists (
        select from "code_elements" where id = new."source_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."source_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."target_element_id" is not null and not exists (
        select from "code_elements" where id = new."target_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."target_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "relationships" for each ROW
  when (old."codebase_id" is distinct from new."codebase_id" or old."source_element_id" is distinct from new."source_element_id" or old."target_element_id" is distinct from new."target_element_id") execute function "relationships_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "relationships_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."source_element_id" is not null and not exists (
        select from "code_elements" where id = new."source_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."source_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."target_element_id" is not null and not exists (
        select from "code_elements" where id = new."target_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."target_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "relationships" for each ROW execute function "relationships_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "analysis_runs_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'analysis_runs: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "analysis_runs" for each ROW execute function "analysis_runs_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "code_elements";`);
    this.addSql(`drop function if exists "code_elements_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "code_elements";`);
    this.addSql(`drop function if exists "code_elements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "code_elements_parent_in_organization_fn"() returns trigger as $$ begin if new."file_metrics_id" is distinct from old."file_metrics_id" and new."file_metrics_id" is not null and not exists (
        select from "file_metrics" where id = new."file_metrics_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."file_metrics_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_element_id" is distinct from old."parent_element_id" and new."parent_element_id" is not null and not exists (
        select from "code_elements" where id = new."parent_element_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."parent_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "code_elements" for each ROW execute function "code_elements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "external_dependencies";`);
    this.addSql(`drop function if exists "external_dependencies_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "external_dependencies";`);
    this.addSql(`drop function if exists "external_dependencies_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "external_dependencies_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'external_dependencies: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "external_dependencies" for each ROW execute function "external_dependencies_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "files";`);
    this.addSql(`drop function if exists "files_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "files";`);
    this.addSql(`drop function if exists "files_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "files_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'files: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "files" for each ROW execute function "files_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "relationships";`);
    this.addSql(`drop function if exists "relationships_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "relationships";`);
    this.addSql(`drop function if exists "relationships_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "relationships_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."source_element_id" is distinct from old."source_element_id" and new."source_element_id" is not null and not exists (
        select from "code_elements" where id = new."source_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."source_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."target_element_id" is distinct from old."target_element_id" and new."target_element_id" is not null and not exists (
        select from "code_elements" where id = new."target_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."target_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "relationships" for each ROW execute function "relationships_parent_in_organization_fn"();`,
    );
  }
}

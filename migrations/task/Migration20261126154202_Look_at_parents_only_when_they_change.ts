import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154202_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154202_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_documents_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'requirement_documents: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "requirement_documents" for each ROW
  when (old."github_project_id" is distinct from new."github_project_id") execute function "requirement_documents_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_documents_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'requirement_documents: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "requirement_documents" for each ROW execute function "requirement_documents_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_decompositions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."requirement_document_id" is not null and not exists (
        select from "requirement_documents" where id = new."requirement_document_id" and organization_id = new.organization_id) then
        raise exception 'requirement_decompositions: there is no % in this organisation', new."requirement_document_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "requirement_decompositions" for each ROW
  when (old."requirement_document_id" is distinct from new."requirement_document_id") execute function "requirement_decompositions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_decompositions_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_document_id" is not null and not exists (
        select from "requirement_documents" where id = new."requirement_document_id" and organization_id = new.organization_id) then
        raise exception 'requirement_decompositions: there is no % in this organisation', new."requirement_document_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "requirement_decompositions" for each ROW execute function "requirement_decompositions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "decomposed_steps_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."requirement_decomposition_id" is not null and not exists (
        select from "requirement_decompositions" where id = new."requirement_decomposition_id" and organization_id = new.organization_id) then
        raise exception 'decomposed_steps: there is no % in this organisation', new."requirement_decomposition_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "decomposed_steps" for each ROW
  when (old."requirement_decomposition_id" is distinct from new."requirement_decomposition_id") execute function "decomposed_steps_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "decomposed_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_decomposition_id" is not null and not exists (
        select from "requirement_decompositions" where id = new."requirement_decomposition_id" and organization_id = new.organization_id) then
        raise exception 'decomposed_steps: there is no % in this organisation', new."requirement_decomposition_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "decomposed_steps" for each ROW execute function "decomposed_steps_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_enhancements" for each ROW
  when (old."step_id" is distinct from new."step_id") execute function "prompt_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_enhancements" for each ROW execute function "prompt_enhancements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "step_dependencies_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."depends_on_id" is not null and not exists (
        select from "decomposed_steps" where id = new."depends_on_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."depends_on_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "step_dependencies" for each ROW
  when (old."step_id" is distinct from new."step_id" or old."depends_on_id" is distinct from new."depends_on_id") execute function "step_dependencies_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "step_dependencies_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."depends_on_id" is not null and not exists (
        select from "decomposed_steps" where id = new."depends_on_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."depends_on_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "step_dependencies" for each ROW execute function "step_dependencies_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "pull_requests_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "pull_requests" for each ROW
  when (old."step_id" is distinct from new."step_id" or old."github_project_id" is distinct from new."github_project_id") execute function "pull_requests_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "pull_requests_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "pull_requests" for each ROW execute function "pull_requests_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "tasks_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_id" is not null and not exists (
        select from "tasks" where id = new."parent_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."parent_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "tasks" for each ROW
  when (old."github_project_id" is distinct from new."github_project_id" or old."step_id" is distinct from new."step_id" or old."parent_id" is distinct from new."parent_id") execute function "tasks_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "tasks_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_id" is not null and not exists (
        select from "tasks" where id = new."parent_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."parent_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "tasks" for each ROW execute function "tasks_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "decomposed_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_decomposition_id" is distinct from old."requirement_decomposition_id" and new."requirement_decomposition_id" is not null and not exists (
        select from "requirement_decompositions" where id = new."requirement_decomposition_id" and organization_id = new.organization_id) then
        raise exception 'decomposed_steps: there is no % in this organisation', new."requirement_decomposition_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "decomposed_steps" for each ROW execute function "decomposed_steps_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_enhancements" for each ROW execute function "prompt_enhancements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "pull_requests_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pull_requests" for each ROW execute function "pull_requests_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_decompositions_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_document_id" is distinct from old."requirement_document_id" and new."requirement_document_id" is not null and not exists (
        select from "requirement_documents" where id = new."requirement_document_id" and organization_id = new.organization_id) then
        raise exception 'requirement_decompositions: there is no % in this organisation', new."requirement_document_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "requirement_decompositions" for each ROW execute function "requirement_decompositions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "requirement_documents_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'requirement_documents: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "requirement_documents" for each ROW execute function "requirement_documents_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "step_dependencies_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."depends_on_id" is distinct from old."depends_on_id" and new."depends_on_id" is not null and not exists (
        select from "decomposed_steps" where id = new."depends_on_id" and organization_id = new.organization_id) then
        raise exception 'step_dependencies: there is no % in this organisation', new."depends_on_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "step_dependencies" for each ROW execute function "step_dependencies_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "tasks_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_id" is distinct from old."parent_id" and new."parent_id" is not null and not exists (
        select from "tasks" where id = new."parent_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."parent_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "tasks" for each ROW execute function "tasks_parent_in_organization_fn"();`,
    );
  }
}

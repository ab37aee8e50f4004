import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143454_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143454_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "github_projects" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "requirement_documents_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'requirement_documents: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "requirement_documents" for each ROW execute function "requirement_documents_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "requirement_documents" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "requirement_decompositions_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_document_id" is distinct from old."requirement_document_id" and new."requirement_document_id" is not null and not exists (
        select from "requirement_documents" where id = new."requirement_document_id" and organization_id = new.organization_id) then
        raise exception 'requirement_decompositions: there is no % in this organisation', new."requirement_document_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "requirement_decompositions" for each ROW execute function "requirement_decompositions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "requirement_decompositions" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "decomposed_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."requirement_decomposition_id" is distinct from old."requirement_decomposition_id" and new."requirement_decomposition_id" is not null and not exists (
        select from "requirement_decompositions" where id = new."requirement_decomposition_id" and organization_id = new.organization_id) then
        raise exception 'decomposed_steps: there is no % in this organisation', new."requirement_decomposition_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "decomposed_steps" for each ROW execute function "decomposed_steps_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "decomposed_steps" for each row execute function move_updated_at();`,
    );

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
    this.addSql(
      `create trigger updated_at_moves before update on "step_dependencies" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "pull_requests_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pull_requests" for each ROW execute function "pull_requests_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "pull_requests" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "github_projects";`);
    this.addSql(`drop function if exists "github_projects_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_updated_at_moves_fn"();`);
  }
}

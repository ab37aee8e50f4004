import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143459_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143459_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "codebases" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "analysis_runs_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'analysis_runs: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "analysis_runs" for each ROW execute function "analysis_runs_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "analysis_runs" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "files_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'files: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "files" for each ROW execute function "files_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "files" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "codebases";`);
    this.addSql(`drop function if exists "codebases_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "files";`);
    this.addSql(`drop function if exists "files_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "files";`);
    this.addSql(`drop function if exists "files_updated_at_moves_fn"();`);
  }
}

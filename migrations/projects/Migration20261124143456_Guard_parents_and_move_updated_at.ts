import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143456_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143456_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "api_keys" for each row execute function move_updated_at();`,
    );

    this.addSql(
      `create trigger updated_at_moves before update on "organizations" for each row execute function move_updated_at();`,
    );

    this.addSql(
      `create trigger updated_at_moves before update on "projects" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "repositories_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'repositories: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "repositories" for each ROW execute function "repositories_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "repositories" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "api_keys";`);
    this.addSql(`drop function if exists "api_keys_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "organizations";`);
    this.addSql(`drop function if exists "organizations_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "projects";`);
    this.addSql(`drop function if exists "projects_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "repositories";`);
    this.addSql(`drop function if exists "repositories_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "repositories";`);
    this.addSql(`drop function if exists "repositories_updated_at_moves_fn"();`);
  }
}

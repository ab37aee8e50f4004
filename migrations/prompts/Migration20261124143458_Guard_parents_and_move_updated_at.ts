import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143458_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143458_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_templates" for each row execute function move_updated_at();`,
    );

    this.addSql(`create or replace function "executions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "executions" for each ROW execute function "executions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "executions" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "executions";`);
    this.addSql(`drop function if exists "executions_updated_at_moves_fn"();`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_templates";`);
    this.addSql(`drop function if exists "prompt_templates_updated_at_moves_fn"();`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163334_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163334_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "workflow_templates" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "workflow_templates";`);
    this.addSql(`drop function if exists "workflow_templates_changes_are_kept_fn"();`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163332_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163332_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "decomposed_steps" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "tasks" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "tasks";`);
    this.addSql(`drop function if exists "tasks_changes_are_kept_fn"();`);
  }
}

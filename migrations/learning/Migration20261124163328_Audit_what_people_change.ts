import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163328_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163328_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "learning_models" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "adaptations" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_changes_are_kept_fn"();`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163327_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163327_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "alert_rules" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "alert_instances" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "dashboards" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "alert_rules";`);
    this.addSql(`drop function if exists "alert_rules_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "dashboards";`);
    this.addSql(`drop function if exists "dashboards_changes_are_kept_fn"();`);
  }
}

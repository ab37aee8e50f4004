import { Migration } from '@mikro-orm/migrations';

export class Migration20261126112739_Audit_retention_policies extends Migration {
  override name = 'Migration20261126112739_Audit_retention_policies';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "retention_policies" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "retention_policies";`);
    this.addSql(`drop function if exists "retention_policies_changes_are_kept_fn"();`);
  }
}

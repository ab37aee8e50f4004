import { Migration } from '@mikro-orm/migrations';

export class Migration20261126224857_Narrow_api_keys_to_scopes extends Migration {
  override name = 'Migration20261126224857_Narrow_api_keys_to_scopes';

  override up(): void | Promise<void> {
    this.addSql(`alter table "api_keys" add "scopes" text[] null;`);
    this.addSql(
      `alter table "api_keys" add constraint "api_keys_scopes_check" check (cardinality(scopes) > 0);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "api_keys" drop constraint "api_keys_scopes_check";`);
    this.addSql(`alter table "api_keys" drop column "scopes";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126123047_Budget_of_a_project extends Migration {
  override name = 'Migration20261126123047_Budget_of_a_project';

  override up(): void | Promise<void> {
    this.addSql(`alter table "github_projects" add "budget" jsonb not null default '{}';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "github_projects" drop column "budget";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261124162834_Remember_that_a_workflow_was_restored extends Migration {
  override name = 'Migration20261124162834_Remember_that_a_workflow_was_restored';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" add "restored_at" timestamptz null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" drop column "restored_at";`);
  }
}

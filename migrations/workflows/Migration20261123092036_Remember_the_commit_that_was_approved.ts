import { Migration } from '@mikro-orm/migrations';

export class Migration20261123092036_Remember_the_commit_that_was_approved extends Migration {
  override name = 'Migration20261123092036_Remember_the_commit_that_was_approved';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" add "final_head_sha" varchar(64) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" drop column "final_head_sha";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126185938_Find_workflows_by_issue_and_pull_request extends Migration {
  override name = 'Migration20261126185938_Find_workflows_by_issue_and_pull_request';

  override up(): void | Promise<void> {
    this.addSql(
      `create index workflow_executions_final_pr_number on workflow_executions (organization_id, final_pr_number) where final_pr_number is not null;`,
    );
    this.addSql(
      `create index workflow_executions_linear_main_issue_key on workflow_executions (organization_id, linear_main_issue_key) where linear_main_issue_key is not null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "workflow_executions_final_pr_number";`);
    this.addSql(`drop index "workflow_executions_linear_main_issue_key";`);
  }
}

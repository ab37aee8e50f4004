import { Migration } from '@mikro-orm/migrations';

export class Migration20261126185944_Find_steps_by_issue_and_pull_request extends Migration {
  override name = 'Migration20261126185944_Find_steps_by_issue_and_pull_request';

  override up(): void | Promise<void> {
    this.addSql(
      `create index decomposed_steps_linear_issue_key on decomposed_steps (organization_id, linear_issue_key) where linear_issue_key is not null;`,
    );

    this.addSql(
      `create index "pull_requests_organization_id_number_index" on "pull_requests" ("organization_id", "number");`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "decomposed_steps_linear_issue_key";`);

    this.addSql(`drop index "pull_requests_organization_id_number_index";`);
  }
}

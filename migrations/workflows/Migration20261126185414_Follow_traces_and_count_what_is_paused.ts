import { Migration } from '@mikro-orm/migrations';

export class Migration20261126185414_Follow_traces_and_count_what_is_paused extends Migration {
  override name = 'Migration20261126185414_Follow_traces_and_count_what_is_paused';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" add "traceparent" varchar(55) null;`);
    this.addSql(
      `create index workflow_executions_paused on workflow_executions (id) where status = 'paused';`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "workflow_executions_paused";`);
    this.addSql(`alter table "workflow_executions" drop column "traceparent";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126141053_Index_the_stages_of_a_workflow extends Migration {
  override name = 'Migration20261126141053_Index_the_stages_of_a_workflow';

  override up(): void | Promise<void> {
    this.addSql(
      `create index "workflow_stage_executions_workflow_execution_id_index" on "workflow_stage_executions" ("workflow_execution_id");`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "workflow_stage_executions_workflow_execution_id_index";`);
  }
}

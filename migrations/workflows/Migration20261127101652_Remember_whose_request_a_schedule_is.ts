import { Migration } from '@mikro-orm/migrations';

export class Migration20261127101652_Remember_whose_request_a_schedule_is extends Migration {
  override name = 'Migration20261127101652_Remember_whose_request_a_schedule_is';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" add "requested_by" jsonb null;`);

    this.addSql(`alter table "workflow_schedules" add "request_changed_by" varchar(255) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" drop column "requested_by";`);

    this.addSql(`alter table "workflow_schedules" drop column "request_changed_by";`);
  }
}

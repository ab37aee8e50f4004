import { Migration } from '@mikro-orm/migrations';

export class Migration20261126114403_Attempts_of_questions extends Migration {
  override name = 'Migration20261126114403_Attempts_of_questions';

  override up(): void | Promise<void> {
    this.addSql(`alter table "executions" add "attempt" int not null default 1;`);
    this.addSql(`alter table "executions" add constraint "executions_attempt_check" check (attempt > 0);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "executions" drop constraint "executions_attempt_check";`);
    this.addSql(`alter table "executions" drop column "attempt";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126124427_Marks_of_entries_and_unanswered_starts extends Migration {
  override name = 'Migration20261126124427_Marks_of_entries_and_unanswered_starts';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_stage_executions" add "entry" uuid null;`);

    this.addSql(`alter table "workflow_step_executions" add "entry" uuid null;`);

    this.addSql(`alter table "linear_operations" add "unanswered_starts" int not null default 0;`);
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_unanswered_starts_check" check (unanswered_starts >= 0);`,
    );

    this.addSql(`alter table "github_operations" add "unanswered_starts" int not null default 0;`);
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_unanswered_starts_check" check (unanswered_starts >= 0);`,
    );

    this.addSql(`alter table "codegen_operations" add "unanswered_starts" int not null default 0;`);
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_unanswered_starts_check" check (unanswered_starts >= 0);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "codegen_operations" drop constraint "codegen_operations_unanswered_starts_check";`,
    );
    this.addSql(`alter table "codegen_operations" drop column "unanswered_starts";`);

    this.addSql(
      `alter table "github_operations" drop constraint "github_operations_unanswered_starts_check";`,
    );
    this.addSql(`alter table "github_operations" drop column "unanswered_starts";`);

    this.addSql(
      `alter table "linear_operations" drop constraint "linear_operations_unanswered_starts_check";`,
    );
    this.addSql(`alter table "linear_operations" drop column "unanswered_starts";`);

    this.addSql(`alter table "workflow_stage_executions" drop column "entry";`);

    this.addSql(`alter table "workflow_step_executions" drop column "entry";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073313_initial extends Migration {
  override name = 'Migration20261123073313_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "user_feedback" ("id" uuid not null, "organization_id" uuid not null, "workflow_id" uuid not null, "subject" varchar(100) not null, "verdict" text not null, "actor" varchar(255) not null, "reason" text null, "given_at" timestamptz not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "user_feedback_workflow_id_index" on "user_feedback" ("workflow_id");`);

    this.addSql(
      `alter table "user_feedback" add constraint "user_feedback_verdict_check" check ("verdict" in ('approve', 'reject'));`,
    );
    this.addSql(`alter table "user_feedback" enable row level security;`);
    this.addSql(`alter table "user_feedback" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "user_feedback" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "user_feedback" cascade;`);
  }
}

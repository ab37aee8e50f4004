import { Migration } from '@mikro-orm/migrations';
import { takeRightsBack } from '../../src/databases/append-only.ts';

export class Migration20261124150739_Keep_changes_for_the_audit_log extends Migration {
  override name = 'Migration20261124150739_Keep_changes_for_the_audit_log';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "change_log" ("id" uuid not null, "organization_id" uuid not null, "sequence" bigserial, "table_name" varchar(63) not null, "row_id" varchar(255) null, "operation" text not null, "before" jsonb null, "after" jsonb null, "actor" jsonb not null, "request_id" varchar(64) null, "occurred_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(takeRightsBack('change_log'));
    this.addSql(`alter table "change_log" add constraint "change_log_sequence_unique" unique ("sequence");`);

    this.addSql(
      `alter table "change_log" add constraint "change_log_operation_check" check ("operation" in ('inserted', 'updated', 'deleted'));`,
    );
    this.addSql(`alter table "change_log" enable row level security;`);
    this.addSql(`alter table "change_log" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "change_log" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "change_log" cascade;`);
  }
}

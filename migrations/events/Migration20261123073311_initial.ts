import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073311_initial extends Migration {
  override name = 'Migration20261123073311_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "events" ("id" uuid not null, "organization_id" uuid not null, "source" varchar(50) not null, "external_id" varchar(255) not null, "event_type" varchar(100) not null, "workflow_id" uuid null, "payload" jsonb not null, "occurred_at" timestamptz not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "events_workflow_id_occurred_at_index" on "events" ("workflow_id", "occurred_at");`,
    );
    this.addSql(
      `alter table "events" add constraint "events_organization_id_source_external_id_unique" unique ("organization_id", "source", "external_id");`,
    );

    this.addSql(`alter table "events" enable row level security;`);
    this.addSql(`alter table "events" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "events" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "events" cascade;`);
  }
}

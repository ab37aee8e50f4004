import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073310_initial extends Migration {
  override name = 'Migration20261123073310_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "metrics" ("id" uuid not null, "organization_id" uuid not null, "metric_name" varchar(255) not null, "metric_value" numeric(18,6) not null, "metric_unit" varchar(50) not null, "subject_type" varchar(50) not null, "subject_id" uuid not null, "dimensions" jsonb not null default '{}', "measured_at" timestamptz not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "metrics_organization_id_metric_name_measured_at_index" on "metrics" ("organization_id", "metric_name", "measured_at");`,
    );

    this.addSql(`alter table "metrics" enable row level security;`);
    this.addSql(`alter table "metrics" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "metrics" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "metrics" cascade;`);
  }
}

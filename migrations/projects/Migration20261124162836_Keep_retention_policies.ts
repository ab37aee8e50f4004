import { Migration } from '@mikro-orm/migrations';

export class Migration20261124162836_Keep_retention_policies extends Migration {
  override name = 'Migration20261124162836_Keep_retention_policies';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "retention_policies" ("id" uuid not null, "organization_id" uuid not null, "database" text not null, "table_name" varchar(63) not null, "keep_days" int null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "retention_policies" add constraint "retention_policies_organization_id_database_table_name_unique" unique ("organization_id", "database", "table_name");`,
    );

    this.addSql(
      `alter table "retention_policies" add constraint "retention_policies_keep_days_check" check (keep_days between 1 and 36500);`,
    );
    this.addSql(
      `alter table "retention_policies" add constraint "retention_policies_database_check" check ("database" in ('task', 'projects', 'prompts', 'codebase', 'analytics', 'events', 'learning', 'workflows'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "retention_policies" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "retention_policies" enable row level security;`);
    this.addSql(`alter table "retention_policies" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "retention_policies" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "retention_policies";`);
    this.addSql(`drop function if exists "retention_policies_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "retention_policies" cascade;`);
  }
}

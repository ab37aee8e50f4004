import { Migration } from '@mikro-orm/migrations';

export class Migration20261124151226_Keep_what_the_earlier_system_leaves extends Migration {
  override name = 'Migration20261124151226_Keep_what_the_earlier_system_leaves';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "legacy_migrations" ("id" uuid not null, "organization_id" uuid not null, "source_database" varchar(50) not null, "source_table" varchar(100) not null, "fingerprint" text not null, "rows_done" bigint not null default '0', "rows_mapped" bigint not null default '0', "rows_merged" bigint not null default '0', "rows_quarantined" bigint not null default '0', "finished_at" timestamptz null, "verified_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "legacy_migrations_organization_id_index" on "legacy_migrations" ("organization_id");`,
    );
    this.addSql(
      `alter table "legacy_migrations" add constraint "legacy_migrations_source_database_source_table_unique" unique ("source_database", "source_table");`,
    );

    this.addSql(
      `create table "legacy_quarantine" ("id" uuid not null, "organization_id" uuid not null, "source_database" varchar(50) not null, "source_table" varchar(100) not null, "source_id" text not null, "extent" text not null, "reason" text not null, "content" jsonb not null, "target_table" varchar(200) null, "target_id" uuid null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "legacy_quarantine_organization_id_source_table_index" on "legacy_quarantine" ("organization_id", "source_table");`,
    );
    this.addSql(`create index "legacy_quarantine_target_id_index" on "legacy_quarantine" ("target_id");`);
    this.addSql(
      `alter table "legacy_quarantine" add constraint "legacy_quarantine_source_database_source_table_so_f9528_unique" unique ("source_database", "source_table", "source_id", "extent");`,
    );

    this.addSql(
      `alter table "legacy_migrations" add constraint "legacy_migrations_counts_agree" check (rows_done = rows_mapped + rows_merged + rows_quarantined);`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "legacy_migrations" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "legacy_migrations" enable row level security;`);
    this.addSql(`alter table "legacy_migrations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "legacy_migrations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "legacy_quarantine" add constraint "legacy_quarantine_extent_check" check ("extent" in ('row', 'columns', 'secrets'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "legacy_quarantine" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "legacy_quarantine" enable row level security;`);
    this.addSql(`alter table "legacy_quarantine" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "legacy_quarantine" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "legacy_migrations";`);
    this.addSql(`drop function if exists "legacy_migrations_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "legacy_migrations" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "legacy_quarantine";`);
    this.addSql(`drop function if exists "legacy_quarantine_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "legacy_quarantine" cascade;`);
  }
}

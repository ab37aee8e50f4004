import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073308_initial extends Migration {
  override name = 'Migration20261123073308_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "codebases" ("id" uuid not null, "organization_id" uuid not null, "repository_id" uuid not null, "branch" varchar(255) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "codebases" add constraint "codebases_organization_id_repository_id_branch_unique" unique ("organization_id", "repository_id", "branch");`,
    );

    this.addSql(
      `create table "analysis_runs" ("id" uuid not null, "organization_id" uuid not null, "codebase_id" uuid not null, "workflow_id" uuid not null, "commit_sha" varchar(64) not null, "languages" jsonb not null, "package_manager" varchar(50) null, "build_command" text null, "test_command" text null, "file_count" int not null, "total_bytes" bigint not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "analysis_runs_codebase_id_index" on "analysis_runs" ("codebase_id");`);
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_workflow_id_unique" unique ("workflow_id");`,
    );

    this.addSql(
      `create table "files" ("id" uuid not null, "organization_id" uuid not null, "codebase_id" uuid not null, "path" text not null, "blob_sha" varchar(64) not null, "size_bytes" bigint not null, "language" varchar(50) null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "files" add constraint "files_codebase_id_path_unique" unique ("codebase_id", "path");`,
    );

    this.addSql(`alter table "codebases" enable row level security;`);
    this.addSql(`alter table "codebases" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "codebases" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_codebase_id_foreign" foreign key ("codebase_id") references "codebases" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "analysis_runs" enable row level security;`);
    this.addSql(`alter table "analysis_runs" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "analysis_runs" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "files" add constraint "files_codebase_id_foreign" foreign key ("codebase_id") references "codebases" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "files" add constraint "files_size_bytes_check" check (size_bytes >= 0);`);
    this.addSql(`alter table "files" enable row level security;`);
    this.addSql(`alter table "files" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "files" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_codebase_id_foreign";`);
    this.addSql(`alter table "files" drop constraint "files_codebase_id_foreign";`);

    this.addSql(`drop table if exists "codebases" cascade;`);
    this.addSql(`drop table if exists "analysis_runs" cascade;`);
    this.addSql(`drop table if exists "files" cascade;`);
  }
}

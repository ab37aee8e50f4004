import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073305_initial extends Migration {
  override name = 'Migration20261123073305_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "api_keys" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "key_hash" varchar(64) not null, "last_four" varchar(4) not null, "revoked_at" timestamptz null, "last_used_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`alter table "api_keys" add constraint "api_keys_key_hash_unique" unique ("key_hash");`);
    this.addSql(`create index "api_keys_organization_id_index" on "api_keys" ("organization_id");`);

    this.addSql(
      `create table "organizations" ("id" uuid not null, "name" varchar(255) not null, "slug" varchar(100) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`alter table "organizations" add constraint "organizations_slug_unique" unique ("slug");`);

    this.addSql(
      `create table "projects" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "slug" varchar(255) not null, "description" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_organization_id_slug_unique" unique ("organization_id", "slug");`,
    );

    this.addSql(
      `create table "repositories" ("id" uuid not null, "organization_id" uuid not null, "project_id" uuid not null, "provider" varchar(50) not null, "owner" varchar(255) not null, "name" varchar(255) not null, "external_id" varchar(100) not null, "description" text null, "default_branch" varchar(255) not null, "is_private" boolean not null, "language" varchar(100) null, "web_url" text not null, "clone_url" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "repositories_project_id_index" on "repositories" ("project_id");`);
    this.addSql(
      `alter table "repositories" add constraint "repositories_organization_id_provider_owner_name_unique" unique ("organization_id", "provider", "owner", "name");`,
    );

    this.addSql(`alter table "api_keys" enable row level security;`);
    this.addSql(`alter table "api_keys" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "api_keys" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`alter table "organizations" enable row level security;`);
    this.addSql(`alter table "organizations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "organizations" using ("id" = (select current_setting('app.organization_id')::uuid)) with check ("id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`alter table "projects" enable row level security;`);
    this.addSql(`alter table "projects" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "projects" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "repositories" add constraint "repositories_project_id_foreign" foreign key ("project_id") references "projects" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "repositories" enable row level security;`);
    this.addSql(`alter table "repositories" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "repositories" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "repositories" drop constraint "repositories_project_id_foreign";`);

    this.addSql(`drop table if exists "api_keys" cascade;`);
    this.addSql(`drop table if exists "organizations" cascade;`);
    this.addSql(`drop table if exists "projects" cascade;`);
    this.addSql(`drop table if exists "repositories" cascade;`);
  }
}

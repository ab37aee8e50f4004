import { Migration } from '@mikro-orm/migrations';

export class Migration20261124144646_Keep_credentials extends Migration {
  override name = 'Migration20261124144646_Keep_credentials';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "credentials" ("id" uuid not null, "organization_id" uuid not null, "provider" text not null, "kind" text not null, "name" varchar(255) not null, "sealed_secret" bytea not null, "sealed_data_key" bytea not null, "master_key_id" varchar(100) not null, "last_four" varchar(4) null, "settings" jsonb not null default '{}', "status" text not null default 'active', "status_reason" text null, "status_changed_at" timestamptz null, "expires_at" timestamptz null, "expiry_announced_at" timestamptz null, "last_used_at" timestamptz null, "created_by" varchar(255) not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "credentials_master_key_id_index" on "credentials" ("master_key_id");`);
    this.addSql(
      `create index "credentials_organization_id_provider_status_index" on "credentials" ("organization_id", "provider", "status");`,
    );
    this.addSql(
      `create unique index credentials_name_unique on credentials (organization_id, kind, name) where status <> 'revoked';`,
    );

    this.addSql(
      `alter table "credentials" add constraint "credentials_provider_check" check ("provider" in ('github', 'linear', 'codegen', 'slack', 'notion'));`,
    );
    this.addSql(
      `alter table "credentials" add constraint "credentials_kind_check" check ("kind" in ('github_app', 'github_token', 'github_webhook_secret', 'linear_key', 'linear_oauth', 'linear_webhook_secret', 'codegen_key', 'slack_token', 'slack_signing_secret', 'notion_token', 'notion_verification_token'));`,
    );
    this.addSql(
      `alter table "credentials" add constraint "credentials_status_check" check ("status" in ('active', 'invalid', 'revoked'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "credentials" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "credentials" enable row level security;`);
    this.addSql(`alter table "credentials" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "credentials" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "credentials";`);
    this.addSql(`drop function if exists "credentials_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "credentials" cascade;`);
  }
}

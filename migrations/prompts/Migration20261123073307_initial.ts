import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073307_initial extends Migration {
  override name = 'Migration20261123073307_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "prompt_templates" ("id" uuid not null, "organization_id" uuid not null, "slug" varchar(100) not null, "version" int not null, "content" text not null, "content_hash" varchar(64) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_organization_id_slug_version_unique" unique ("organization_id", "slug", "version");`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_organization_id_slug_content_hash_unique" unique ("organization_id", "slug", "content_hash");`,
    );

    this.addSql(
      `create table "executions" ("id" uuid not null, "organization_id" uuid not null, "template_id" uuid not null, "workflow_id" uuid not null, "scope" varchar(200) not null, "purpose" varchar(50) not null, "status" text not null default 'pending', "prompt" text not null, "response" text null, "agent" varchar(50) null, "agent_run_id" varchar(255) null, "agent_run_url" text null, "input_tokens" bigint null, "output_tokens" bigint null, "cost_usd" numeric(12,6) null, "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "executions_template_id_index" on "executions" ("template_id");`);
    this.addSql(`create index "executions_workflow_id_index" on "executions" ("workflow_id");`);

    this.addSql(`alter table "prompt_templates" enable row level security;`);
    this.addSql(`alter table "prompt_templates" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_templates" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "executions" add constraint "executions_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id");`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_status_check" check ("status" in ('pending', 'running', 'completed', 'failed'));`,
    );
    this.addSql(`alter table "executions" enable row level security;`);
    this.addSql(`alter table "executions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "executions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "executions" drop constraint "executions_template_id_foreign";`);

    this.addSql(`drop table if exists "prompt_templates" cascade;`);
    this.addSql(`drop table if exists "executions" cascade;`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073435_initial extends Migration {
  override name = 'Migration20261123073435_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "workflow_executions" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "github_owner" varchar(255) not null, "github_repo_name" varchar(255) not null, "github_branch" varchar(255) null, "project_id" uuid null, "status" text not null default 'queued', "current_stage" varchar(100) not null, "stages" jsonb not null, "options" jsonb not null default '{}', "idempotency_key" varchar(255) null, "request_hash" varchar(64) null, "created_by" varchar(255) not null, "dev_branch_name" varchar(255) null, "linear_main_issue_id" uuid null, "linear_main_issue_key" varchar(100) null, "linear_main_issue_url" text null, "final_pr_number" int null, "final_pr_url" text null, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "error_stage" varchar(100) null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "workflow_executions_organization_id_created_at_index" on "workflow_executions" ("organization_id", "created_at");`,
    );
    this.addSql(`create index "workflow_executions_status_index" on "workflow_executions" ("status");`);
    this.addSql(
      `alter table "workflow_executions" add constraint "workflow_executions_organization_id_idempotency_key_unique" unique ("organization_id", "idempotency_key");`,
    );

    this.addSql(
      `create table "signals" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "gate" varchar(100) not null, "type" text not null, "actor" varchar(255) not null, "reason" text null, "payload" jsonb not null default '{}', "idempotency_key" varchar(255) null, "answered" varchar(300) null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "signals_workflow_execution_id_index" on "signals" ("workflow_execution_id");`);
    this.addSql(
      `alter table "signals" add constraint "signals_workflow_execution_id_idempotency_key_unique" unique ("workflow_execution_id", "idempotency_key");`,
    );
    this.addSql(
      `alter table "signals" add constraint "signals_workflow_execution_id_answered_unique" unique ("workflow_execution_id", "answered");`,
    );

    this.addSql(
      `create table "outbox" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "sequence" bigserial, "type" varchar(100) not null, "payload" jsonb not null, "occurred_at" timestamptz not null default now(), "published_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`alter table "outbox" add constraint "outbox_sequence_unique" unique ("sequence");`);
    this.addSql(
      `create index "outbox_workflow_execution_id_published_at_index" on "outbox" ("workflow_execution_id", "published_at");`,
    );

    this.addSql(
      `create table "workflow_metrics" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "metric_name" varchar(255) not null, "metric_value" numeric(18,6) not null, "metric_unit" varchar(50) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "workflow_metrics" add constraint "workflow_metrics_workflow_execution_id_metric_name_unique" unique ("workflow_execution_id", "metric_name");`,
    );

    this.addSql(
      `create table "workflow_stage_executions" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "stage" varchar(100) not null, "stage_order" int not null, "open_gate" varchar(100) null, "open_gate_accepts" jsonb null, "status" text not null default 'pending', "incarnation" int not null default 1, "failures" int not null default 0, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "queued_at" timestamptz null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "workflow_stage_executions_status_updated_at_index" on "workflow_stage_executions" ("status", "updated_at");`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_workflow_execution_id_stage_unique" unique ("workflow_execution_id", "stage");`,
    );

    this.addSql(
      `create table "linear_operations" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "workflow_stage_execution_id" uuid not null, "scope" varchar(200) not null, "key" varchar(200) not null, "operation_type" varchar(100) not null, "input" jsonb not null, "input_hash" varchar(64) not null, "output" jsonb null, "status" text not null default 'intended', "incarnation" int not null default 1, "parent_job_id" varchar(100) null, "attempts" int not null default 0, "lease_token" uuid null, "lease_until" timestamptz null, "adopted" boolean not null default false, "external_url" text null, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "linear_operations_workflow_stage_execution_id_index" on "linear_operations" ("workflow_stage_execution_id");`,
    );
    this.addSql(
      `create index "linear_operations_status_updated_at_index" on "linear_operations" ("status", "updated_at");`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );

    this.addSql(
      `create table "github_operations" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "workflow_stage_execution_id" uuid not null, "scope" varchar(200) not null, "key" varchar(200) not null, "operation_type" varchar(100) not null, "input" jsonb not null, "input_hash" varchar(64) not null, "output" jsonb null, "status" text not null default 'intended', "incarnation" int not null default 1, "parent_job_id" varchar(100) null, "attempts" int not null default 0, "lease_token" uuid null, "lease_until" timestamptz null, "adopted" boolean not null default false, "external_url" text null, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "github_operations_workflow_stage_execution_id_index" on "github_operations" ("workflow_stage_execution_id");`,
    );
    this.addSql(
      `create index "github_operations_status_updated_at_index" on "github_operations" ("status", "updated_at");`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );

    this.addSql(
      `create table "codegen_operations" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "workflow_stage_execution_id" uuid not null, "scope" varchar(200) not null, "key" varchar(200) not null, "operation_type" varchar(100) not null, "input" jsonb not null, "input_hash" varchar(64) not null, "output" jsonb null, "status" text not null default 'intended', "incarnation" int not null default 1, "parent_job_id" varchar(100) null, "attempts" int not null default 0, "lease_token" uuid null, "lease_until" timestamptz null, "adopted" boolean not null default false, "external_url" text null, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "codegen_operations_workflow_stage_execution_id_index" on "codegen_operations" ("workflow_stage_execution_id");`,
    );
    this.addSql(
      `create index "codegen_operations_status_updated_at_index" on "codegen_operations" ("status", "updated_at");`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );

    this.addSql(
      `create table "workflow_step_executions" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "workflow_stage_execution_id" uuid not null, "function" varchar(100) not null, "item_id" uuid not null, "title" text not null, "position" int not null, "depends_on" jsonb not null default '[]', "max_parallel" int not null, "parent_job_id" varchar(100) null, "status" text not null default 'pending', "incarnation" int not null default 1, "failures" int not null default 0, "waiting_on" text null, "waiting_until" timestamptz null, "error_message" text null, "queued_at" timestamptz null, "started_at" timestamptz null, "completed_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "workflow_step_executions_workflow_execution_id_index" on "workflow_step_executions" ("workflow_execution_id");`,
    );
    this.addSql(
      `create index "workflow_step_executions_status_updated_at_index" on "workflow_step_executions" ("status", "updated_at");`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_workflow_stage_execution_51b74_unique" unique ("workflow_stage_execution_id", "function", "item_id");`,
    );

    this.addSql(
      `create table "workflow_validations" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "validation_type" varchar(100) not null, "step_id" uuid not null, "pull_request_number" int not null, "head_sha" varchar(64) not null, "round" int not null, "passed" boolean not null, "score" numeric(5,2) not null, "structural_score" numeric(5,2) not null, "review_score" numeric(5,2) null, "findings" jsonb not null, "summary" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "workflow_validations_workflow_execution_id_index" on "workflow_validations" ("workflow_execution_id");`,
    );
    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_workflow_execution_id_step_id_round_unique" unique ("workflow_execution_id", "step_id", "round");`,
    );

    this.addSql(
      `alter table "workflow_executions" add constraint "workflow_executions_status_check" check ("status" in ('queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'));`,
    );
    this.addSql(`alter table "workflow_executions" enable row level security;`);
    this.addSql(`alter table "workflow_executions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_executions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "signals" add constraint "signals_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "signals" add constraint "signals_type_check" check ("type" in ('requirements', 'approve', 'reject'));`,
    );
    this.addSql(`alter table "signals" enable row level security;`);
    this.addSql(`alter table "signals" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "signals" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "outbox" add constraint "outbox_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "outbox" enable row level security;`);
    this.addSql(`alter table "outbox" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "outbox" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "workflow_metrics" add constraint "workflow_metrics_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "workflow_metrics" enable row level security;`);
    this.addSql(`alter table "workflow_metrics" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_metrics" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_status_check" check ("status" in ('pending', 'queued', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled'));`,
    );
    this.addSql(`alter table "workflow_stage_executions" enable row level security;`);
    this.addSql(`alter table "workflow_stage_executions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_stage_executions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_workflow_stage_execution_id_foreign" foreign key ("workflow_stage_execution_id") references "workflow_stage_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_status_check" check ("status" in ('intended', 'running', 'succeeded', 'failed', 'unknown', 'cancelled'));`,
    );
    this.addSql(`alter table "linear_operations" enable row level security;`);
    this.addSql(`alter table "linear_operations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "linear_operations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "github_operations" add constraint "github_operations_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_workflow_stage_execution_id_foreign" foreign key ("workflow_stage_execution_id") references "workflow_stage_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_status_check" check ("status" in ('intended', 'running', 'succeeded', 'failed', 'unknown', 'cancelled'));`,
    );
    this.addSql(`alter table "github_operations" enable row level security;`);
    this.addSql(`alter table "github_operations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "github_operations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_workflow_stage_execution_id_foreign" foreign key ("workflow_stage_execution_id") references "workflow_stage_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_status_check" check ("status" in ('intended', 'running', 'succeeded', 'failed', 'unknown', 'cancelled'));`,
    );
    this.addSql(`alter table "codegen_operations" enable row level security;`);
    this.addSql(`alter table "codegen_operations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "codegen_operations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_workflow_stage_execution_id_foreign" foreign key ("workflow_stage_execution_id") references "workflow_stage_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_status_check" check ("status" in ('pending', 'queued', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled'));`,
    );
    this.addSql(`alter table "workflow_step_executions" enable row level security;`);
    this.addSql(`alter table "workflow_step_executions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_step_executions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_score_check" check (score between 0 and 100);`,
    );
    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_structural_score_check" check (structural_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_review_score_check" check (review_score between 0 and 100);`,
    );
    this.addSql(`alter table "workflow_validations" enable row level security;`);
    this.addSql(`alter table "workflow_validations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_validations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "signals" drop constraint "signals_workflow_execution_id_foreign";`);
    this.addSql(`alter table "outbox" drop constraint "outbox_workflow_execution_id_foreign";`);
    this.addSql(
      `alter table "workflow_metrics" drop constraint "workflow_metrics_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "linear_operations" drop constraint "linear_operations_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "github_operations" drop constraint "github_operations_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "codegen_operations" drop constraint "codegen_operations_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "workflow_validations" drop constraint "workflow_validations_workflow_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "linear_operations" drop constraint "linear_operations_workflow_stage_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "github_operations" drop constraint "github_operations_workflow_stage_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "codegen_operations" drop constraint "codegen_operations_workflow_stage_execution_id_foreign";`,
    );
    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_workflow_stage_execution_id_foreign";`,
    );

    this.addSql(`drop table if exists "workflow_executions" cascade;`);
    this.addSql(`drop table if exists "signals" cascade;`);
    this.addSql(`drop table if exists "outbox" cascade;`);
    this.addSql(`drop table if exists "workflow_metrics" cascade;`);
    this.addSql(`drop table if exists "workflow_stage_executions" cascade;`);
    this.addSql(`drop table if exists "linear_operations" cascade;`);
    this.addSql(`drop table if exists "github_operations" cascade;`);
    this.addSql(`drop table if exists "codegen_operations" cascade;`);
    this.addSql(`drop table if exists "workflow_step_executions" cascade;`);
    this.addSql(`drop table if exists "workflow_validations" cascade;`);
  }
}

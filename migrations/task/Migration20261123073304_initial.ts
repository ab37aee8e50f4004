import { Migration } from '@mikro-orm/migrations';

export class Migration20261123073304_initial extends Migration {
  override name = 'Migration20261123073304_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "github_projects" ("id" uuid not null, "organization_id" uuid not null, "project_id" uuid not null, "github_owner" varchar(255) not null, "github_repo_name" varchar(255) not null, "is_pinned" boolean not null default true, "pin_order" int null, "auto_confirm_plan" boolean not null default false, "auto_merge" boolean not null default false, "on_validation_failure" text not null default 'wait', "max_parallel_steps" int not null default 4, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_organization_id_github_owner_gith_038b3_unique" unique ("organization_id", "github_owner", "github_repo_name");`,
    );

    this.addSql(
      `create table "requirement_documents" ("id" uuid not null, "organization_id" uuid not null, "github_project_id" uuid not null, "workflow_id" uuid not null, "version" int not null, "content" text not null, "content_hash" varchar(64) not null, "author" varchar(255) not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "requirement_documents" add constraint "requirement_documents_workflow_id_unique" unique ("workflow_id");`,
    );
    this.addSql(
      `alter table "requirement_documents" add constraint "requirement_documents_github_project_id_version_unique" unique ("github_project_id", "version");`,
    );

    this.addSql(
      `create table "requirement_decompositions" ("id" uuid not null, "organization_id" uuid not null, "requirement_document_id" uuid not null, "workflow_id" uuid not null, "title" text not null, "summary" text not null, "status" text not null default 'proposed', "decided_by" varchar(255) null, "decision_reason" text null, "decided_at" timestamptz null, "execution_id" uuid not null, "linear_issue_id" uuid null, "linear_issue_key" varchar(100) null, "linear_issue_url" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "requirement_decompositions_requirement_document_id_index" on "requirement_decompositions" ("requirement_document_id");`,
    );
    this.addSql(
      `alter table "requirement_decompositions" add constraint "requirement_decompositions_workflow_id_unique" unique ("workflow_id");`,
    );

    this.addSql(
      `create table "decomposed_steps" ("id" uuid not null, "organization_id" uuid not null, "requirement_decomposition_id" uuid not null, "workflow_id" uuid not null, "step_number" int not null, "step_name" varchar(255) not null, "description" text not null, "acceptance_criteria" jsonb not null, "files" jsonb not null, "effort_hours" numeric(6,2) not null, "complexity" int not null, "status" text not null default 'draft', "branch_name" varchar(255) null, "linear_issue_id" uuid null, "linear_issue_key" varchar(100) null, "linear_issue_url" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "decomposed_steps_workflow_id_index" on "decomposed_steps" ("workflow_id");`);
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_requirement_decomposition_id_ste_e123b_unique" unique ("requirement_decomposition_id", "step_number");`,
    );

    this.addSql(
      `create table "step_dependencies" ("id" uuid not null, "organization_id" uuid not null, "step_id" uuid not null, "depends_on_id" uuid not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "step_dependencies_depends_on_id_index" on "step_dependencies" ("depends_on_id");`,
    );
    this.addSql(
      `alter table "step_dependencies" add constraint "step_dependencies_step_id_depends_on_id_unique" unique ("step_id", "depends_on_id");`,
    );

    this.addSql(
      `create table "pull_requests" ("id" uuid not null, "organization_id" uuid not null, "step_id" uuid not null, "workflow_id" uuid not null, "number" int not null, "url" text not null, "head_branch" varchar(255) not null, "head_sha" varchar(64) not null, "base_branch" varchar(255) not null, "execution_id" uuid not null, "status" text not null default 'open', "score" numeric(5,2) null, "merge_commit_sha" varchar(64) null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_step_id_unique" unique ("step_id");`,
    );
    this.addSql(`create index "pull_requests_workflow_id_index" on "pull_requests" ("workflow_id");`);

    this.addSql(
      `alter table "github_projects" add constraint "github_projects_max_parallel_steps_check" check (max_parallel_steps between 1 and 50);`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_on_validation_failure_check" check ("on_validation_failure" in ('wait', 'fail'));`,
    );
    this.addSql(`alter table "github_projects" enable row level security;`);
    this.addSql(`alter table "github_projects" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "github_projects" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "requirement_documents" add constraint "requirement_documents_github_project_id_foreign" foreign key ("github_project_id") references "github_projects" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "requirement_documents" enable row level security;`);
    this.addSql(`alter table "requirement_documents" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "requirement_documents" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "requirement_decompositions" add constraint "requirement_decompositions_requirement_document_id_foreign" foreign key ("requirement_document_id") references "requirement_documents" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "requirement_decompositions" add constraint "requirement_decompositions_status_check" check ("status" in ('proposed', 'approved', 'rejected'));`,
    );
    this.addSql(`alter table "requirement_decompositions" enable row level security;`);
    this.addSql(`alter table "requirement_decompositions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "requirement_decompositions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_requirement_decomposition_id_foreign" foreign key ("requirement_decomposition_id") references "requirement_decompositions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_step_number_check" check (step_number > 0);`,
    );
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_effort_hours_check" check (effort_hours >= 0);`,
    );
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_complexity_check" check (complexity between 1 and 10);`,
    );
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_status_check" check ("status" in ('draft', 'in_progress', 'review', 'completed', 'failed', 'skipped'));`,
    );
    this.addSql(`alter table "decomposed_steps" enable row level security;`);
    this.addSql(`alter table "decomposed_steps" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "decomposed_steps" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "step_dependencies" add constraint "step_dependencies_step_id_foreign" foreign key ("step_id") references "decomposed_steps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "step_dependencies" add constraint "step_dependencies_depends_on_id_foreign" foreign key ("depends_on_id") references "decomposed_steps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "step_dependencies" add constraint "step_dependencies_not_itself" check (step_id <> depends_on_id);`,
    );
    this.addSql(`alter table "step_dependencies" enable row level security;`);
    this.addSql(`alter table "step_dependencies" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "step_dependencies" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_step_id_foreign" foreign key ("step_id") references "decomposed_steps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_score_check" check (score between 0 and 100);`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_status_check" check ("status" in ('open', 'validated', 'rejected', 'merged'));`,
    );
    this.addSql(`alter table "pull_requests" enable row level security;`);
    this.addSql(`alter table "pull_requests" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "pull_requests" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "requirement_documents" drop constraint "requirement_documents_github_project_id_foreign";`,
    );
    this.addSql(
      `alter table "requirement_decompositions" drop constraint "requirement_decompositions_requirement_document_id_foreign";`,
    );
    this.addSql(
      `alter table "decomposed_steps" drop constraint "decomposed_steps_requirement_decomposition_id_foreign";`,
    );
    this.addSql(`alter table "step_dependencies" drop constraint "step_dependencies_step_id_foreign";`);
    this.addSql(`alter table "step_dependencies" drop constraint "step_dependencies_depends_on_id_foreign";`);
    this.addSql(`alter table "pull_requests" drop constraint "pull_requests_step_id_foreign";`);

    this.addSql(`drop table if exists "github_projects" cascade;`);
    this.addSql(`drop table if exists "requirement_documents" cascade;`);
    this.addSql(`drop table if exists "requirement_decompositions" cascade;`);
    this.addSql(`drop table if exists "decomposed_steps" cascade;`);
    this.addSql(`drop table if exists "step_dependencies" cascade;`);
    this.addSql(`drop table if exists "pull_requests" cascade;`);
  }
}

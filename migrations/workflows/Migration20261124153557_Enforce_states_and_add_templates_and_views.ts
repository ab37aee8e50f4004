import { Migration } from '@mikro-orm/migrations';

export class Migration20261124153557_Enforce_states_and_add_templates_and_views extends Migration {
  override name = 'Migration20261124153557_Enforce_states_and_add_templates_and_views';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "workflow_templates" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "revision" int not null, "description" text null, "stages" jsonb not null, "options" jsonb not null default '{}', "is_default" boolean not null default false, "is_built_in" boolean not null default false, "archived_at" timestamptz null, "created_by" varchar(255) not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create unique index workflow_templates_revision_unique on workflow_templates (organization_id, lower(name), revision);`,
    );
    this.addSql(
      `create unique index workflow_templates_default_unique on workflow_templates (organization_id) where is_default;`,
    );

    this.addSql(`drop index "workflow_executions_status_index";`);
    this.addSql(
      `alter table "workflow_executions" add "workflow_template_id" uuid null, add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null, add "search_text" text generated always as (name || ' ' || github_owner || '/' || github_repo_name || ' ' || coalesce(linear_main_issue_key, '')) stored not null;`,
    );
    // a foreign key is checked by reading both tables, as their owner
    this.addSql(`alter table "workflow_executions" no force row level security;`);
    this.addSql(
      `alter table "workflow_executions" add constraint "workflow_executions_workflow_template_id_foreign" foreign key ("workflow_template_id") references "workflow_templates" ("id") on delete no action;`,
    );
    this.addSql(`alter table "workflow_executions" force row level security;`);
    this.addSql(
      `create index "workflow_executions_workflow_template_id_index" on "workflow_executions" ("workflow_template_id");`,
    );
    this.addSql(
      `create index "workflow_executions_organization_id_status_created_at_index" on "workflow_executions" ("organization_id", "status", "created_at");`,
    );
    this.addSql(
      `create index "workflow_executions_project_id_index" on "workflow_executions" ("project_id");`,
    );
    this.addSql(
      `create index workflow_executions_search on workflow_executions using gin (search_text gin_trgm_ops);`,
    );
    this.addSql(`create or replace function "workflow_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'queued' then array['running', 'paused', 'failed', 'cancelled'] when 'running' then array['waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'waiting' then array['running', 'paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['queued', 'running', 'waiting', 'failed', 'cancelled'] when 'failed' then array['queued', 'running'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_executions_status_transitions_fn"();`);
    this.addSql(`create or replace function "workflow_executions_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_template_id" is distinct from old."workflow_template_id" and new."workflow_template_id" is not null and not exists (
        select from "workflow_templates" where id = new."workflow_template_id" and organization_id = new.organization_id) then
        raise exception 'workflow_executions: there is no % in this organisation', new."workflow_template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_executions" for each ROW execute function "workflow_executions_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "workflow_stage_executions" add "timeout_ms" bigint null, add "waiting_since" timestamptz null, add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_workflow_execution_id_s_52dd7_unique" unique ("workflow_execution_id", "stage_order");`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_stage_order_check" check (stage_order > 0);`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_timeout_ms_check" check (timeout_ms > 0);`,
    );
    this.addSql(`create or replace function "workflow_stage_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['queued', 'skipped', 'cancelled'] when 'queued' then array['running', 'failed', 'cancelled'] when 'running' then array['queued', 'waiting', 'completed', 'failed', 'cancelled'] when 'waiting' then array['queued', 'running', 'completed', 'failed', 'cancelled'] when 'failed' then array['queued'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_stage_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_stage_executions_status_transitions_fn"();`);

    this.addSql(
      `alter table "workflow_step_executions" add "waiting_since" timestamptz null, add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_position_check" check (position > 0);`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_max_parallel_check" check (max_parallel > 0);`,
    );
    this.addSql(`create or replace function "workflow_step_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['queued', 'skipped', 'cancelled'] when 'queued' then array['running', 'failed', 'cancelled'] when 'running' then array['queued', 'waiting', 'completed', 'failed', 'cancelled'] when 'waiting' then array['queued', 'running', 'completed', 'failed', 'cancelled'] when 'failed' then array['pending', 'queued'] when 'skipped' then array['pending'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_step_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_step_executions_status_transitions_fn"();`);

    this.addSql(`create index outbox_unpublished_index on outbox (sequence) where published_at is null;`);

    this.addSql(
      `alter table "linear_operations" add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(`create or replace function "linear_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "linear_operations" for each ROW
  when (old.status is distinct from new.status) execute function "linear_operations_status_transitions_fn"();`);

    this.addSql(
      `alter table "github_operations" add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(`create or replace function "github_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "github_operations" for each ROW
  when (old.status is distinct from new.status) execute function "github_operations_status_transitions_fn"();`);

    this.addSql(
      `alter table "codegen_operations" add "duration_ms" bigint generated always as ((extract(epoch from completed_at - started_at) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(`create or replace function "codegen_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "codegen_operations" for each ROW
  when (old.status is distinct from new.status) execute function "codegen_operations_status_transitions_fn"();`);

    this.addSql(
      `alter table "workflow_validations" add constraint "workflow_validations_round_check" check (round > 0);`,
    );

    this.addSql(
      `alter table "workflow_templates" add constraint "workflow_templates_default_is_in_use" check (not (is_default and archived_at is not null));`,
    );
    this.addSql(
      `alter table "workflow_templates" add constraint "workflow_templates_revision_check" check (revision > 0);`,
    );
    this.addSql(`create or replace function "workflow_templates_revision_stays_fn"() returns trigger as $$ begin raise exception 'workflow_templates: revision % of "%" never changes; add another revision', old.revision, old.name
          using errcode = 'check_violation', constraint = 'revision_stays', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "revision_stays" BEFORE UPDATE on "workflow_templates" for each ROW
  when ((old.name, old.revision, old.stages, old.options) is distinct from (new.name, new.revision, new.stages, new.options)) execute function "workflow_templates_revision_stays_fn"();`);
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_templates" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "workflow_templates" enable row level security;`);
    this.addSql(`alter table "workflow_templates" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_templates" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`create view "workflow_performance_summary" as select w.id, w.organization_id, w.name, w.github_owner || '/' || w.github_repo_name as repository, w.status, w.duration_ms,
           s.steps, s.steps_completed, v.pull_requests, v.validations, v.validations_passed, v.mean_score,
           o.operations, o.failed_attempts, m.metrics
      from workflow_executions w
      cross join lateral (
        select count(distinct item_id) as steps,
               count(distinct item_id) filter (where status = 'completed') as steps_completed
          from workflow_step_executions where workflow_execution_id = w.id) s
      cross join lateral (
        select count(distinct pull_request_number) as pull_requests, count(*) as validations,
               count(*) filter (where passed) as validations_passed, round(avg(score), 2) as mean_score
          from workflow_validations where workflow_execution_id = w.id) v
      cross join lateral (
        select count(*) as operations, coalesce(sum(attempts), 0) as failed_attempts
          from (select attempts from github_operations where workflow_execution_id = w.id
                union all select attempts from linear_operations where workflow_execution_id = w.id
                union all select attempts from codegen_operations where workflow_execution_id = w.id) every) o
      cross join lateral (select count(*) as metrics from workflow_metrics where workflow_execution_id = w.id) m;`);

    this.addSql(`create view "workflow_completion_times" as select w.organization_id, lower(w.github_owner || '/' || w.github_repo_name) as repository, t.name as template,
           count(*) as workflows, min(duration_ms) as min_ms, max(duration_ms) as max_ms, 
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p95_ms
      from workflow_executions w left join workflow_templates t on t.id = w.workflow_template_id
     where w.status = 'completed'
     group by w.organization_id, lower(w.github_owner || '/' || w.github_repo_name), t.name;`);

    this.addSql(`create view "stage_success_rates" as select organization_id, stage,
           count(*) filter (where status <> 'pending') as entered,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
  round(100.0 * count(*) filter (where status = 'completed')
    / nullif(count(*) filter (where status in ('completed', 'failed')), 0), 2) as success_rate, 
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p95_ms
      from workflow_stage_executions
     group by organization_id, stage;`);

    this.addSql(`create view "operation_success_rates" as select organization_id, service, operation_type,
           count(*) as operations,
           count(*) filter (where status = 'succeeded') as succeeded,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where attempts > 0) as retried,
           count(*) filter (where adopted) as adopted,
  round(100.0 * count(*) filter (where status = 'succeeded')
    / nullif(count(*) filter (where status in ('succeeded', 'failed')), 0), 2) as success_rate, 
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = 'succeeded'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = 'succeeded'))::bigint as p95_ms
      from (
        select 'github'::text as service, organization_id, operation_type, status, attempts, adopted, duration_ms from github_operations
        union all
        select 'linear', organization_id, operation_type, status, attempts, adopted, duration_ms from linear_operations
        union all
        select 'agent', organization_id, operation_type, status, attempts, adopted, duration_ms from codegen_operations) every
     group by organization_id, service, operation_type;`);

    this.addSql(`create view "integration_operations" as select 'github'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from github_operations union all
    select 'linear'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from linear_operations union all
    select 'agent'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from codegen_operations;`);

    this.addSql(`create view "active_workflows" as select w.id, w.organization_id, w.project_id, w.name, w.github_owner || '/' || w.github_repo_name as repository,
           w.status, w.current_stage, w.created_by, w.created_at, w.started_at,
           case when w.status = 'paused' then 'somebody to resume it'
                else coalesce(s.waiting_on, w.waiting_on, t.waiting_on,
                              case when s.status = 'queued' then 'a worker to take up ' || s.stage end)
           end as waiting_on,
           case when w.status <> 'paused' then coalesce(s.waiting_until, w.waiting_until, t.waiting_until) end as waiting_until,
           case when w.status = 'paused' then w.updated_at
                else coalesce(s.waiting_since, t.waiting_since, case when s.status = 'queued' then s.queued_at end)
           end as waiting_since,
           s.open_gate,
           coalesce(clock_timestamp() - s.started_at > s.timeout_ms * interval '1 millisecond', false) as is_overdue,
           c.stages, c.stages_completed, t.steps, t.steps_completed, t.steps_failed,
           o.operations, o.operations_succeeded, o.operations_failed
      from workflow_executions w
      left join workflow_stage_executions s on s.workflow_execution_id = w.id and s.stage = w.current_stage
      cross join lateral (
        select count(*) as stages, count(*) filter (where status = 'completed') as stages_completed
          from workflow_stage_executions where workflow_execution_id = w.id) c
      cross join lateral (
        select count(*) as steps,
               count(*) filter (where status = 'completed') as steps_completed,
               count(*) filter (where status = 'failed') as steps_failed,
               string_agg(distinct waiting_on, '; ') filter (where status = 'waiting') as waiting_on,
               min(waiting_until) filter (where status = 'waiting') as waiting_until,
               min(waiting_since) filter (where status = 'waiting') as waiting_since
          from workflow_step_executions where workflow_execution_id = w.id) t
      cross join lateral (
        select count(*) as operations,
               count(*) filter (where status = 'succeeded') as operations_succeeded,
               count(*) filter (where status = 'failed') as operations_failed
          from (select status from github_operations where workflow_execution_id = w.id
                union all select status from linear_operations where workflow_execution_id = w.id
                union all select status from codegen_operations where workflow_execution_id = w.id) every) o
     where w.status in ('queued', 'running', 'waiting', 'paused');`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "active_workflows" cascade;`);
    this.addSql(`drop view if exists "integration_operations" cascade;`);
    this.addSql(`drop view if exists "operation_success_rates" cascade;`);
    this.addSql(`drop view if exists "stage_success_rates" cascade;`);
    this.addSql(`drop view if exists "workflow_completion_times" cascade;`);
    this.addSql(`drop view if exists "workflow_performance_summary" cascade;`);
    this.addSql(
      `alter table "workflow_executions" drop constraint "workflow_executions_workflow_template_id_foreign";`,
    );

    this.addSql(`drop trigger if exists "revision_stays" on "workflow_templates";`);
    this.addSql(`drop function if exists "workflow_templates_revision_stays_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_templates";`);
    this.addSql(`drop function if exists "workflow_templates_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "workflow_templates" cascade;`);

    this.addSql(`alter table "codegen_operations" drop constraint "codegen_operations_attempts_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_status_transitions_fn"();`);
    this.addSql(`alter table "codegen_operations" drop column "duration_ms";`);

    this.addSql(`alter table "github_operations" drop constraint "github_operations_attempts_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_status_transitions_fn"();`);
    this.addSql(`alter table "github_operations" drop column "duration_ms";`);

    this.addSql(`alter table "linear_operations" drop constraint "linear_operations_attempts_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_status_transitions_fn"();`);
    this.addSql(`alter table "linear_operations" drop column "duration_ms";`);

    this.addSql(`drop index "outbox_unpublished_index";`);

    this.addSql(`drop index "workflow_executions_workflow_template_id_index";`);
    this.addSql(`drop index "workflow_executions_organization_id_status_created_at_index";`);
    this.addSql(`drop index "workflow_executions_project_id_index";`);
    this.addSql(`drop index "workflow_executions_search";`);
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_parent_in_organization_fn"();`);
    this.addSql(
      `alter table "workflow_executions" drop column "workflow_template_id", drop column "duration_ms", drop column "search_text";`,
    );
    this.addSql(`create index "workflow_executions_status_index" on "workflow_executions" ("status");`);

    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_workflow_execution_id_s_52dd7_unique";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_stage_order_check";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_timeout_ms_check";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_status_transitions_fn"();`);
    this.addSql(
      `alter table "workflow_stage_executions" drop column "timeout_ms", drop column "waiting_since", drop column "duration_ms";`,
    );

    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_position_check";`,
    );
    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_max_parallel_check";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_status_transitions_fn"();`);
    this.addSql(
      `alter table "workflow_step_executions" drop column "waiting_since", drop column "duration_ms";`,
    );

    this.addSql(`alter table "workflow_validations" drop constraint "workflow_validations_round_check";`);
  }
}

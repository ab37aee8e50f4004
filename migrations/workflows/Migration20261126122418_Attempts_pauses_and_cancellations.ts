import { Migration } from '@mikro-orm/migrations';

export class Migration20261126122418_Attempts_pauses_and_cancellations extends Migration {
  override name = 'Migration20261126122418_Attempts_pauses_and_cancellations';

  override up(): void | Promise<void> {
    this.addSql(`drop view if exists "active_workflows" cascade;`);
    this.addSql(`drop view if exists "integration_operations" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_status_transitions_fn"();`);
    this.addSql(
      `alter table "workflow_executions" add "attempt" int not null default 1, add "follows_id" uuid null, add "paused_at" timestamptz null, add "paused_by" varchar(255) null, add "pause_reason" text null, add "cancel_requested_at" timestamptz null;`,
    );
    this.addSql(
      `alter table "workflow_executions" add constraint "workflow_executions_attempt_check" check (attempt > 0);`,
    );
    this.addSql(`create or replace function "workflow_executions_paused_stays_paused_fn"() returns trigger as $$ begin if new.status in ('completed', 'failed', 'cancelled') then
          new.paused_at := null;         else
          new.status := 'paused';         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "paused_stays_paused" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.paused_at is not null and new.paused_at is not null) execute function "workflow_executions_paused_stays_paused_fn"();`);
    this.addSql(`create or replace function "workflow_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'queued' then array['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'running' then array['waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'waiting' then array['running', 'paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] when 'failed' then array['queued', 'running'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_executions_status_transitions_fn"();`);

    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_workflow_execution_id_s_52dd7_unique";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_workflow_execution_id_stage_unique";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add "decision" text null, add "decided_by" varchar(255) null, add "decision_reason" text null, add "decided_at" timestamptz null, add "superseded_at" timestamptz null, add "attempt" int not null default 1;`,
    );
    this.addSql(
      `create unique index workflow_stage_executions_stage_unique on workflow_stage_executions (workflow_execution_id, stage) where superseded_at is null;`,
    );
    this.addSql(
      `create unique index workflow_stage_executions_order_unique on workflow_stage_executions (workflow_execution_id, stage_order) where superseded_at is null;`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_attempt_check" check (attempt > 0);`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_decision_check" check ("decision" in ('approve', 'reject'));`,
    );

    this.addSql(`alter table "workflow_step_executions" add "attempt" int not null default 1;`);
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_attempt_check" check (attempt > 0);`,
    );

    this.addSql(`alter table "signals" drop constraint "signals_workflow_execution_id_answered_unique";`);
    this.addSql(`alter table "signals" drop constraint "signals_type_check";`);
    this.addSql(`alter table "signals" add "attempt" int null, add "superseded_at" timestamptz null;`);
    this.addSql(`alter table "signals" alter column "gate" drop not null;`);
    this.addSql(
      `create unique index signals_answered_unique on signals (workflow_execution_id, answered) where superseded_at is null;`,
    );
    this.addSql(
      `alter table "signals" add constraint "signals_workflow_execution_id_attempt_unique" unique ("workflow_execution_id", "attempt");`,
    );
    this.addSql(`alter table "signals" add constraint "signals_attempt_check" check (attempt > 1);`);
    this.addSql(
      `alter table "signals" add constraint "signals_type_check" check ("type" in ('requirements', 'approve', 'reject', 'pause', 'resume', 'cancel', 'retry', 'rerun', 'retry_step'));`,
    );

    this.addSql(
      `alter table "linear_operations" drop constraint "linear_operations_workflow_execution_id_scope_key_unique";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_status_transitions_fn"();`);
    this.addSql(
      `alter table "linear_operations" add "attempt" int not null default 1, add "superseded_at" timestamptz null;`,
    );
    this.addSql(
      `create index "linear_operations_workflow_execution_id_scope_key_index" on "linear_operations" ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(
      `create unique index linear_operations_key_unique on linear_operations (workflow_execution_id, scope, key) where superseded_at is null;`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_attempt_check" check (attempt > 0);`,
    );
    this.addSql(`create or replace function "linear_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended', 'unknown'] when 'cancelled' then array['intended', 'unknown'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "linear_operations" for each ROW
  when (old.status is distinct from new.status) execute function "linear_operations_status_transitions_fn"();`);

    this.addSql(
      `alter table "github_operations" drop constraint "github_operations_workflow_execution_id_scope_key_unique";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_status_transitions_fn"();`);
    this.addSql(
      `alter table "github_operations" add "attempt" int not null default 1, add "superseded_at" timestamptz null;`,
    );
    this.addSql(
      `create index "github_operations_workflow_execution_id_scope_key_index" on "github_operations" ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(
      `create unique index github_operations_key_unique on github_operations (workflow_execution_id, scope, key) where superseded_at is null;`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_attempt_check" check (attempt > 0);`,
    );
    this.addSql(`create or replace function "github_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended', 'unknown'] when 'cancelled' then array['intended', 'unknown'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "github_operations" for each ROW
  when (old.status is distinct from new.status) execute function "github_operations_status_transitions_fn"();`);

    this.addSql(
      `alter table "codegen_operations" drop constraint "codegen_operations_workflow_execution_id_scope_key_unique";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_status_transitions_fn"();`);
    this.addSql(
      `alter table "codegen_operations" add "attempt" int not null default 1, add "superseded_at" timestamptz null;`,
    );
    this.addSql(
      `create index "codegen_operations_workflow_execution_id_scope_key_index" on "codegen_operations" ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(
      `create unique index codegen_operations_key_unique on codegen_operations (workflow_execution_id, scope, key) where superseded_at is null;`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_attempt_check" check (attempt > 0);`,
    );
    this.addSql(`create or replace function "codegen_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended', 'unknown'] when 'cancelled' then array['intended', 'unknown'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "codegen_operations" for each ROW
  when (old.status is distinct from new.status) execute function "codegen_operations_status_transitions_fn"();`);

    this.addSql(`create view "integration_operations" as select 'github'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempt, superseded_at, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from github_operations union all
    select 'linear'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempt, superseded_at, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from linear_operations union all
    select 'agent'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempt, superseded_at, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from codegen_operations;`);

    this.addSql(`create view "active_workflows" as select w.id, w.organization_id, w.project_id, w.name, w.github_owner || '/' || w.github_repo_name as repository,
           w.status, w.current_stage, w.attempt, w.created_by, w.created_at, w.started_at,
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
      left join workflow_stage_executions s on s.workflow_execution_id = w.id and s.stage = w.current_stage and s.superseded_at is null
      cross join lateral (
        select count(*) as stages, count(*) filter (where status = 'completed') as stages_completed
          from workflow_stage_executions where workflow_execution_id = w.id and superseded_at is null) c
      cross join lateral (
        select count(*) as steps,
               count(*) filter (where status = 'completed') as steps_completed,
               count(*) filter (where status = 'failed') as steps_failed,
               string_agg(distinct waiting_on, '; ') filter (where status = 'waiting') as waiting_on,
               min(waiting_until) filter (where status = 'waiting') as waiting_until,
               min(waiting_since) filter (where status = 'waiting') as waiting_since
          from workflow_step_executions p
         where workflow_execution_id = w.id
           and exists (select from workflow_stage_executions
                        where id = p.workflow_stage_execution_id and superseded_at is null)) t
      cross join lateral (
        select count(*) as operations,
               count(*) filter (where status = 'succeeded') as operations_succeeded,
               count(*) filter (where status = 'failed') as operations_failed
          from (select status from github_operations where workflow_execution_id = w.id and superseded_at is null
                union all select status from linear_operations where workflow_execution_id = w.id and superseded_at is null
                union all select status from codegen_operations where workflow_execution_id = w.id and superseded_at is null) every) o
     where w.status in ('queued', 'running', 'waiting', 'paused');`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "active_workflows" cascade;`);
    this.addSql(`drop view if exists "integration_operations" cascade;`);
    this.addSql(`drop index "codegen_operations_workflow_execution_id_scope_key_index";`);
    this.addSql(`drop index "codegen_operations_key_unique";`);
    this.addSql(`alter table "codegen_operations" drop constraint "codegen_operations_attempt_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "codegen_operations";`);
    this.addSql(`drop function if exists "codegen_operations_status_transitions_fn"();`);
    this.addSql(`alter table "codegen_operations" drop column "attempt", drop column "superseded_at";`);
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(`create or replace function "codegen_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "codegen_operations" for each ROW
  when (old.status is distinct from new.status) execute function "codegen_operations_status_transitions_fn"();`);

    this.addSql(`drop index "github_operations_workflow_execution_id_scope_key_index";`);
    this.addSql(`drop index "github_operations_key_unique";`);
    this.addSql(`alter table "github_operations" drop constraint "github_operations_attempt_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "github_operations";`);
    this.addSql(`drop function if exists "github_operations_status_transitions_fn"();`);
    this.addSql(`alter table "github_operations" drop column "attempt", drop column "superseded_at";`);
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(`create or replace function "github_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "github_operations" for each ROW
  when (old.status is distinct from new.status) execute function "github_operations_status_transitions_fn"();`);

    this.addSql(`drop index "linear_operations_workflow_execution_id_scope_key_index";`);
    this.addSql(`drop index "linear_operations_key_unique";`);
    this.addSql(`alter table "linear_operations" drop constraint "linear_operations_attempt_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "linear_operations";`);
    this.addSql(`drop function if exists "linear_operations_status_transitions_fn"();`);
    this.addSql(`alter table "linear_operations" drop column "attempt", drop column "superseded_at";`);
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );
    this.addSql(`create or replace function "linear_operations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'intended' then array['running', 'cancelled'] when 'running' then array['intended', 'succeeded', 'failed', 'unknown', 'cancelled'] when 'unknown' then array['running', 'cancelled'] when 'failed' then array['intended'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "linear_operations" for each ROW
  when (old.status is distinct from new.status) execute function "linear_operations_status_transitions_fn"();`);

    this.addSql(`drop index "signals_answered_unique";`);
    this.addSql(`alter table "signals" drop constraint "signals_workflow_execution_id_attempt_unique";`);
    this.addSql(`alter table "signals" drop constraint "signals_attempt_check";`);
    this.addSql(`alter table "signals" drop constraint "signals_type_check";`);
    this.addSql(`alter table "signals" drop column "attempt", drop column "superseded_at";`);
    this.addSql(`alter table "signals" alter column "gate" set not null;`);
    this.addSql(
      `alter table "signals" add constraint "signals_workflow_execution_id_answered_unique" unique ("workflow_execution_id", "answered");`,
    );
    this.addSql(
      `alter table "signals" add constraint "signals_type_check" check ("type" in ('requirements', 'approve', 'reject'));`,
    );

    this.addSql(`alter table "workflow_executions" drop constraint "workflow_executions_attempt_check";`);
    this.addSql(`drop trigger if exists "paused_stays_paused" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_paused_stays_paused_fn"();`);
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_status_transitions_fn"();`);
    this.addSql(
      `alter table "workflow_executions" drop column "attempt", drop column "follows_id", drop column "paused_at", drop column "paused_by", drop column "pause_reason", drop column "cancel_requested_at";`,
    );
    this.addSql(`create or replace function "workflow_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'queued' then array['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'running' then array['waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'waiting' then array['running', 'paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['queued', 'running', 'waiting', 'failed', 'cancelled'] when 'failed' then array['queued', 'running'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_executions_status_transitions_fn"();`);

    this.addSql(`drop index "workflow_stage_executions_stage_unique";`);
    this.addSql(`drop index "workflow_stage_executions_order_unique";`);
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_attempt_check";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_decision_check";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" drop column "decision", drop column "decided_by", drop column "decision_reason", drop column "decided_at", drop column "superseded_at", drop column "attempt";`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_workflow_execution_id_s_52dd7_unique" unique ("workflow_execution_id", "stage_order");`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_workflow_execution_id_stage_unique" unique ("workflow_execution_id", "stage");`,
    );

    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_attempt_check";`,
    );
    this.addSql(`alter table "workflow_step_executions" drop column "attempt";`);

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
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126130403_Keep_time_and_versions_in_rows extends Migration {
  override name = 'Migration20261126130403_Keep_time_and_versions_in_rows';

  override up(): void | Promise<void> {
    this.addSql(`drop view if exists "active_workflows" cascade;`);
    this.addSql(
      `create table "workflow_schedules" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "cron" varchar(255) not null, "time_zone" varchar(100) not null, "request" jsonb not null, "requirements" text null, "overlap" text not null default 'skip', "missed" text not null default 'run_once', "enabled" boolean not null default true, "next_run_at" timestamptz null, "last_run_at" timestamptz null, "last_workflow_id" uuid null, "last_problem" text null, "created_by" varchar(255) not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "workflow_schedules_last_workflow_id_index" on "workflow_schedules" ("last_workflow_id");`,
    );
    this.addSql(
      `create index workflow_schedules_next_run_at on workflow_schedules (next_run_at) where enabled and next_run_at is not null;`,
    );
    this.addSql(
      `create unique index workflow_schedules_name_unique on workflow_schedules (organization_id, lower(name));`,
    );

    this.addSql(
      `create table "timers" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "scope" varchar(200) not null, "key" varchar(200) not null, "due_at" timestamptz not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "timers" add constraint "timers_workflow_execution_id_scope_key_unique" unique ("workflow_execution_id", "scope", "key");`,
    );

    this.addSql(
      `alter table "workflow_executions" add "start_at" timestamptz null, add "deadline_at" timestamptz null, add "paused_ms" bigint not null default '0', add "pause_began_at" timestamptz null;`,
    );
    this.addSql(
      `create index workflow_executions_start_at on workflow_executions (start_at) where start_at is not null and status = 'queued';`,
    );
    this.addSql(
      `create index workflow_executions_deadline_at on workflow_executions (deadline_at) where deadline_at is not null and status in ('queued', 'running', 'waiting', 'paused');`,
    );
    this.addSql(`create or replace function "workflow_executions_pauses_are_counted_fn"() returns trigger as $$ begin if new.status = 'paused' then
      new.pause_began_at := clock_timestamp();     else
      new.paused_ms := new.paused_ms + coalesce((extract(epoch from clock_timestamp() - new.pause_began_at) * 1000)::bigint, 0);       new.pause_began_at := null;     end if;     return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "pauses_are_counted" BEFORE UPDATE on "workflow_executions" for each ROW
  when ((old.status = 'paused') <> (new.status = 'paused')) execute function "workflow_executions_pauses_are_counted_fn"();`);

    this.addSql(
      `alter table "workflow_stage_executions" add "times_out_at" timestamptz null, add "time_left_ms" bigint null, add "paused_ms_before" bigint not null default '0', add "clock_stands" boolean not null default false, add "definition_version" int not null default 1;`,
    );
    this.addSql(
      `create index workflow_stage_executions_times_out_at on workflow_stage_executions (times_out_at) where times_out_at is not null;`,
    );
    this.addSql(
      `create index workflow_stage_executions_clock_stands on workflow_stage_executions (id) where clock_stands;`,
    );
    this.addSql(
      `alter table "workflow_stage_executions" add constraint "workflow_stage_executions_definition_version_check" check (definition_version > 0);`,
    );
    this.addSql(`create or replace function "workflow_stage_executions_clock_is_kept_fn"() returns trigger as $$ begin declare
        paused bigint;       begin
        if new.status = 'running' and old.status <> 'running' then new.clock_stands := false; end if;         if old.status in ('completed', 'failed', 'skipped', 'cancelled') and new.status <> old.status then
          new.times_out_at := null;           new.time_left_ms := null;         end if;         if (new.status in ('queued', 'running', 'waiting') and new.started_at is not null and not new.clock_stands and new.open_gate is null) = (new.times_out_at is not null) then return new; end if;         select w.paused_ms + coalesce((extract(epoch from clock_timestamp() - w.pause_began_at) * 1000)::bigint, 0) into paused from workflow_executions w where w.id = new.workflow_execution_id;         if new.times_out_at is null then
          new.times_out_at := clock_timestamp() + coalesce(new.time_left_ms, new.timeout_ms) * interval '1 millisecond';           new.paused_ms_before := coalesce(paused, 0);           new.time_left_ms := null;         else
          new.time_left_ms := greatest(0, -(extract(epoch from clock_timestamp() - new.times_out_at) * 1000)::bigint + coalesce(paused, 0) - new.paused_ms_before);           new.times_out_at := null;         end if;         return new;       end; end; $$ language plpgsql;`);
    this.addSql(`create trigger "clock_is_kept" BEFORE UPDATE on "workflow_stage_executions" for each ROW
  when (new.timeout_ms is not null) execute function "workflow_stage_executions_clock_is_kept_fn"();`);

    this.addSql(
      `alter table "workflow_step_executions" add "timeout_ms" bigint null, add "times_out_at" timestamptz null, add "time_left_ms" bigint null, add "paused_ms_before" bigint not null default '0', add "clock_stands" boolean not null default false, add "definition_version" int not null default 1;`,
    );
    this.addSql(
      `create index workflow_step_executions_times_out_at on workflow_step_executions (times_out_at) where times_out_at is not null;`,
    );
    this.addSql(
      `create index workflow_step_executions_clock_stands on workflow_step_executions (id) where clock_stands;`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_timeout_ms_check" check (timeout_ms > 0);`,
    );
    this.addSql(
      `alter table "workflow_step_executions" add constraint "workflow_step_executions_definition_version_check" check (definition_version > 0);`,
    );
    this.addSql(`create or replace function "workflow_step_executions_clock_is_kept_fn"() returns trigger as $$ begin declare
        paused bigint;       begin
        if new.status = 'running' and old.status <> 'running' then new.clock_stands := false; end if;         if old.status in ('completed', 'failed', 'skipped', 'cancelled') and new.status <> old.status then
          new.times_out_at := null;           new.time_left_ms := null;         end if;         if (new.status in ('queued', 'running', 'waiting') and new.started_at is not null and not new.clock_stands) = (new.times_out_at is not null) then return new; end if;         select w.paused_ms + coalesce((extract(epoch from clock_timestamp() - w.pause_began_at) * 1000)::bigint, 0) into paused from workflow_executions w where w.id = new.workflow_execution_id;         if new.times_out_at is null then
          new.times_out_at := clock_timestamp() + coalesce(new.time_left_ms, new.timeout_ms) * interval '1 millisecond';           new.paused_ms_before := coalesce(paused, 0);           new.time_left_ms := null;         else
          new.time_left_ms := greatest(0, -(extract(epoch from clock_timestamp() - new.times_out_at) * 1000)::bigint + coalesce(paused, 0) - new.paused_ms_before);           new.times_out_at := null;         end if;         return new;       end; end; $$ language plpgsql;`);
    this.addSql(`create trigger "clock_is_kept" BEFORE UPDATE on "workflow_step_executions" for each ROW
  when (new.timeout_ms is not null) execute function "workflow_step_executions_clock_is_kept_fn"();`);

    this.addSql(
      `alter table "linear_operations" add "definition_version" int not null default 1, add "abandoned" boolean not null default false;`,
    );
    this.addSql(
      `alter table "linear_operations" add constraint "linear_operations_definition_version_check" check (definition_version > 0);`,
    );

    this.addSql(
      `alter table "github_operations" add "definition_version" int not null default 1, add "abandoned" boolean not null default false;`,
    );
    this.addSql(
      `alter table "github_operations" add constraint "github_operations_definition_version_check" check (definition_version > 0);`,
    );

    this.addSql(
      `alter table "codegen_operations" add "definition_version" int not null default 1, add "abandoned" boolean not null default false;`,
    );
    this.addSql(
      `alter table "codegen_operations" add constraint "codegen_operations_definition_version_check" check (definition_version > 0);`,
    );

    this.addSql(
      `alter table "workflow_schedules" add constraint "workflow_schedules_last_workflow_id_foreign" foreign key ("last_workflow_id") references "workflow_executions" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "workflow_schedules" add constraint "workflow_schedules_overlap_check" check ("overlap" in ('skip', 'allow', 'queue'));`,
    );
    this.addSql(
      `alter table "workflow_schedules" add constraint "workflow_schedules_missed_check" check ("missed" in ('run_once', 'skip'));`,
    );
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "workflow_schedules" for each row execute function keep_change('{next_run_at,last_run_at,last_workflow_id,last_problem}', '{requirements}');`,
    );
    this.addSql(`create or replace function "workflow_schedules_parent_in_organization_fn"() returns trigger as $$ begin if new."last_workflow_id" is distinct from old."last_workflow_id" and new."last_workflow_id" is not null and not exists (
        select from "workflow_executions" where id = new."last_workflow_id" and organization_id = new.organization_id) then
        raise exception 'workflow_schedules: there is no % in this organisation', new."last_workflow_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "workflow_schedules" for each ROW execute function "workflow_schedules_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "workflow_schedules" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "workflow_schedules" enable row level security;`);
    this.addSql(`alter table "workflow_schedules" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "workflow_schedules" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "timers" add constraint "timers_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(`create or replace function "timers_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'timers: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "timers" for each ROW execute function "timers_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "timers" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "timers" enable row level security;`);
    this.addSql(`alter table "timers" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "timers" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

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
           coalesce(s.times_out_at < clock_timestamp(), false) as is_overdue,
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
    this.addSql(`drop trigger if exists "changes_are_kept" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_changes_are_kept_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "workflow_schedules";`);
    this.addSql(`drop function if exists "workflow_schedules_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "workflow_schedules" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "timers";`);
    this.addSql(`drop function if exists "timers_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "timers";`);
    this.addSql(`drop function if exists "timers_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "timers" cascade;`);

    this.addSql(
      `alter table "codegen_operations" drop constraint "codegen_operations_definition_version_check";`,
    );
    this.addSql(
      `alter table "codegen_operations" drop column "definition_version", drop column "abandoned";`,
    );

    this.addSql(
      `alter table "github_operations" drop constraint "github_operations_definition_version_check";`,
    );
    this.addSql(`alter table "github_operations" drop column "definition_version", drop column "abandoned";`);

    this.addSql(
      `alter table "linear_operations" drop constraint "linear_operations_definition_version_check";`,
    );
    this.addSql(`alter table "linear_operations" drop column "definition_version", drop column "abandoned";`);

    this.addSql(`drop index "workflow_executions_start_at";`);
    this.addSql(`drop index "workflow_executions_deadline_at";`);
    this.addSql(`drop trigger if exists "pauses_are_counted" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_pauses_are_counted_fn"();`);
    this.addSql(
      `alter table "workflow_executions" drop column "start_at", drop column "deadline_at", drop column "paused_ms", drop column "pause_began_at";`,
    );

    this.addSql(`drop index "workflow_stage_executions_times_out_at";`);
    this.addSql(`drop index "workflow_stage_executions_clock_stands";`);
    this.addSql(
      `alter table "workflow_stage_executions" drop constraint "workflow_stage_executions_definition_version_check";`,
    );
    this.addSql(`drop trigger if exists "clock_is_kept" on "workflow_stage_executions";`);
    this.addSql(`drop function if exists "workflow_stage_executions_clock_is_kept_fn"();`);
    this.addSql(
      `alter table "workflow_stage_executions" drop column "times_out_at", drop column "time_left_ms", drop column "paused_ms_before", drop column "clock_stands", drop column "definition_version";`,
    );

    this.addSql(`drop index "workflow_step_executions_times_out_at";`);
    this.addSql(`drop index "workflow_step_executions_clock_stands";`);
    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_timeout_ms_check";`,
    );
    this.addSql(
      `alter table "workflow_step_executions" drop constraint "workflow_step_executions_definition_version_check";`,
    );
    this.addSql(`drop trigger if exists "clock_is_kept" on "workflow_step_executions";`);
    this.addSql(`drop function if exists "workflow_step_executions_clock_is_kept_fn"();`);
    this.addSql(
      `alter table "workflow_step_executions" drop column "timeout_ms", drop column "times_out_at", drop column "time_left_ms", drop column "paused_ms_before", drop column "clock_stands", drop column "definition_version";`,
    );

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
}

import { Migration } from '@mikro-orm/migrations';
import { ordinaryAgain, partitionByMonth } from '../../src/databases/partitions.ts';

export class Migration20261124150750_Keep_evaluations_performance_dashboards_and_alerts extends Migration {
  override name = 'Migration20261124150750_Keep_evaluations_performance_dashboards_and_alerts';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "alert_rules" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "metric_name" varchar(255) not null, "subject_type" varchar(50) null, "aggregation" text not null default 'avg', "operator" text not null, "threshold" numeric(18,6) not null, "window_ms" bigint not null default '300000', "severity" text not null default 'warning', "is_active" boolean not null default true, "notification" jsonb not null default '{}', "created_by" uuid null, "deleted_at" timestamptz null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index alert_rules_watching_index on alert_rules (organization_id, metric_name) where is_active and deleted_at is null;`,
    );
    this.addSql(
      `create unique index alert_rules_name_unique on alert_rules (organization_id, name) where deleted_at is null;`,
    );

    this.addSql(
      `create table "alert_instances" ("id" uuid not null, "organization_id" uuid not null, "alert_rule_id" uuid not null, "subject_type" varchar(50) null, "subject_id" uuid null, "status" text not null default 'open', "severity" text not null, "threshold" numeric(18,6) not null, "triggered_value" numeric(18,6) not null, "triggered_at" timestamptz not null, "acknowledged_at" timestamptz null, "acknowledged_by" varchar(255) null, "resolved_at" timestamptz null, "resolution" text null, "duration_ms" bigint generated always as (((extract(epoch from (resolved_at - triggered_at)) * 1000))::bigint) stored null, "notifications_sent" int not null default 0, "context" jsonb not null default '{}', "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "alert_instances_alert_rule_id_index" on "alert_instances" ("alert_rule_id");`);
    this.addSql(
      `create index "alert_instances_organization_id_status_triggered_at_index" on "alert_instances" ("organization_id", "status", "triggered_at");`,
    );
    this.addSql(
      `create unique index alert_instances_open_unique on alert_instances (alert_rule_id, subject_type, subject_id) nulls not distinct where status <> 'resolved';`,
    );

    this.addSql(
      `create table "dashboards" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "widgets" jsonb not null default '[]', "is_shared" boolean not null default false, "owner_id" uuid null, "refresh_ms" bigint not null default '300000', "tags" text[] not null default '{}', "deleted_at" timestamptz null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create unique index dashboards_name_unique on dashboards (organization_id, name) where deleted_at is null;`,
    );

    this.addSql(
      `create table "evaluation_runs" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "evaluation_type" text not null, "configuration" jsonb not null default '{}', "workflow_id" uuid null, "evolution_session_id" uuid null, "generation" int null, "status" text not null default 'pending', "trigger_source" text not null, "triggered_by" varchar(255) null, "external_run_id" varchar(255) null, "overall_score" numeric(5,2) null, "quality_score" numeric(5,2) null, "performance_score" numeric(5,2) null, "reliability_score" numeric(5,2) null, "cpu_time_ms" bigint null, "memory_peak_bytes" bigint null, "error_message" text null, "warnings" jsonb not null default '[]', "started_at" timestamptz null, "completed_at" timestamptz null, "duration_ms" bigint generated always as (((extract(epoch from (completed_at - started_at)) * 1000))::bigint) stored null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "evaluation_runs_workflow_id_index" on "evaluation_runs" ("workflow_id");`);
    this.addSql(
      `create index "evaluation_runs_evolution_session_id_index" on "evaluation_runs" ("evolution_session_id");`,
    );
    this.addSql(
      `create index "evaluation_runs_organization_id_status_created_at_index" on "evaluation_runs" ("organization_id", "status", "created_at");`,
    );
    this.addSql(
      `create unique index evaluation_runs_external_unique on evaluation_runs (organization_id, external_run_id) where external_run_id is not null;`,
    );

    this.addSql(
      `create table "evaluation_steps" ("id" uuid not null, "organization_id" uuid not null, "evaluation_run_id" uuid not null, "step_order" int not null, "step_name" varchar(255) not null, "description" text null, "configuration" jsonb not null default '{}', "status" text not null default 'pending', "output" jsonb null, "score" numeric(5,2) null, "attempts" int not null default 0, "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "duration_ms" bigint generated always as (((extract(epoch from (completed_at - started_at)) * 1000))::bigint) stored null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_evaluation_run_id_step_order_unique" unique ("evaluation_run_id", "step_order");`,
    );

    this.addSql(
      `create table "metric_aggregations" ("id" uuid not null, "organization_id" uuid not null, "metric_name" varchar(255) not null, "metric_unit" varchar(50) not null, "aggregation_type" text not null, "percentile" numeric(5,2) null, "subject_type" varchar(50) null, "subject_id" uuid null, "window_start" timestamptz not null, "window_end" timestamptz not null, "aggregated_value" numeric(18,6) not null, "sample_count" bigint not null, "completeness" numeric(5,2) not null default 100, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "metric_aggregations_organization_id_metric_name_wi_ab163_index" on "metric_aggregations" ("organization_id", "metric_name", "window_start");`,
    );
    this.addSql(
      `create unique index metric_aggregations_unique on metric_aggregations (organization_id, metric_name, aggregation_type, percentile, subject_type, subject_id, window_start, window_end) nulls not distinct;`,
    );

    this.addSql(
      `create table "performance_data" ("id" uuid not null, "measured_at" timestamptz not null, "organization_id" uuid not null, "operation_name" varchar(255) not null, "operation_type" varchar(100) not null, "duration_ms" bigint not null, "succeeded" boolean not null, "cpu_percent" numeric(7,2) null, "memory_bytes" bigint null, "items_processed" bigint null, "efficiency" numeric(5,2) null, "environment" varchar(100) null, "program_version" varchar(50) null, "evaluation_run_id" uuid null, "created_at" timestamptz not null default now(), primary key ("id", "measured_at"));`,
    );
    this.addSql(
      `create index "performance_data_evaluation_run_id_index" on "performance_data" ("evaluation_run_id");`,
    );
    this.addSql(
      `create index "performance_data_organization_id_operation_name_me_f5299_index" on "performance_data" ("organization_id", "operation_name", "measured_at");`,
    );

    this.addSql(`alter table "metrics" drop constraint "metrics_pkey";`);
    this.addSql(
      `alter table "metrics" add "metric_type" text not null default 'gauge', add "evaluation_run_id" uuid null, add "confidence" numeric(5,2) not null default 100;`,
    );
    this.addSql(`create index "metrics_evaluation_run_id_index" on "metrics" ("evaluation_run_id");`);
    this.addSql(
      `create index "metrics_organization_id_subject_type_subject_id_me_43376_index" on "metrics" ("organization_id", "subject_type", "subject_id", "measured_at");`,
    );
    this.addSql(`alter table "metrics" add primary key ("id", "measured_at");`);
    this.addSql(
      `alter table "metrics" add constraint "metrics_metric_name_check" check (btrim(metric_name) <> '');`,
    );
    this.addSql(
      `alter table "metrics" add constraint "metrics_confidence_check" check (confidence between 0 and 100);`,
    );
    this.addSql(
      `alter table "metrics" add constraint "metrics_metric_type_check" check ("metric_type" in ('counter', 'gauge', 'rate', 'percentage', 'score', 'duration'));`,
    );

    this.addSql(
      `alter table "alert_rules" add constraint "alert_rules_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "alert_rules" add constraint "alert_rules_window_ms_check" check (window_ms > 0);`,
    );
    this.addSql(
      `alter table "alert_rules" add constraint "alert_rules_aggregation_check" check ("aggregation" in ('sum', 'avg', 'min', 'max', 'count', 'median', 'p95', 'last'));`,
    );
    this.addSql(
      `alter table "alert_rules" add constraint "alert_rules_operator_check" check ("operator" in ('>', '>=', '<', '<=', '=', '<>'));`,
    );
    this.addSql(
      `alter table "alert_rules" add constraint "alert_rules_severity_check" check ("severity" in ('info', 'warning', 'error', 'critical'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "alert_rules" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "alert_rules" enable row level security;`);
    this.addSql(`alter table "alert_rules" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "alert_rules" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_alert_rule_id_foreign" foreign key ("alert_rule_id") references "alert_rules" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_resolved_has_time" check ((status = 'resolved') = (resolved_at is not null));`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_acknowledged_has_who" check (status <> 'acknowledged' or (acknowledged_at is not null and acknowledged_by is not null));`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_subject" check (subject_id is null or subject_type is not null);`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_notifications_sent_check" check (notifications_sent >= 0);`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_status_check" check ("status" in ('open', 'acknowledged', 'resolved'));`,
    );
    this.addSql(
      `alter table "alert_instances" add constraint "alert_instances_severity_check" check ("severity" in ('info', 'warning', 'error', 'critical'));`,
    );
    this.addSql(`create or replace function "alert_instances_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'open' then array['acknowledged', 'resolved'] when 'acknowledged' then array['resolved'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "alert_instances" for each ROW
  when (old.status is distinct from new.status) execute function "alert_instances_status_transitions_fn"();`);
    this.addSql(`create or replace function "alert_instances_parent_in_organization_fn"() returns trigger as $$ begin if new."alert_rule_id" is distinct from old."alert_rule_id" and new."alert_rule_id" is not null and not exists (
        select from "alert_rules" where id = new."alert_rule_id" and organization_id = new.organization_id) then
        raise exception 'alert_instances: there is no % in this organisation', new."alert_rule_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "alert_instances" for each ROW execute function "alert_instances_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "alert_instances" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "alert_instances" enable row level security;`);
    this.addSql(`alter table "alert_instances" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "alert_instances" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`alter table "dashboards" add constraint "dashboards_name_check" check (btrim(name) <> '');`);
    this.addSql(
      `alter table "dashboards" add constraint "dashboards_refresh_ms_check" check (refresh_ms >= 1000);`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "dashboards" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "dashboards" enable row level security;`);
    this.addSql(`alter table "dashboards" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "dashboards" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_ends_after_start" check (completed_at >= started_at);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_over_has_end" check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null));`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_generation_check" check (generation >= 0);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_overall_score_check" check (overall_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_quality_score_check" check (quality_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_performance_score_check" check (performance_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_reliability_score_check" check (reliability_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_cpu_time_ms_check" check (cpu_time_ms >= 0);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_memory_peak_bytes_check" check (memory_peak_bytes >= 0);`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_evaluation_type_check" check ("evaluation_type" in ('performance', 'quality', 'security', 'complexity', 'evolution', 'usage', 'trend', 'prediction', 'anomaly', 'custom'));`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_status_check" check ("status" in ('pending', 'submitted', 'running', 'completed', 'failed', 'cancelled'));`,
    );
    this.addSql(
      `alter table "evaluation_runs" add constraint "evaluation_runs_trigger_source_check" check ("trigger_source" in ('manual', 'schedule', 'webhook', 'api', 'task_failure', 'pipeline_failure', 'degradation', 'evolution'));`,
    );
    this.addSql(`create or replace function "evaluation_runs_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['submitted', 'running', 'failed', 'cancelled'] when 'submitted' then array['running', 'completed', 'failed', 'cancelled'] when 'running' then array['completed', 'failed', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "evaluation_runs" for each ROW
  when (old.status is distinct from new.status) execute function "evaluation_runs_status_transitions_fn"();`);
    this.addSql(
      `create trigger updated_at_moves before update on "evaluation_runs" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "evaluation_runs" enable row level security;`);
    this.addSql(`alter table "evaluation_runs" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "evaluation_runs" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_evaluation_run_id_foreign" foreign key ("evaluation_run_id") references "evaluation_runs" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_step_order_check" check (step_order > 0);`,
    );
    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_score_check" check (score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_attempts_check" check (attempts >= 0);`,
    );
    this.addSql(
      `alter table "evaluation_steps" add constraint "evaluation_steps_status_check" check ("status" in ('pending', 'running', 'completed', 'failed', 'skipped'));`,
    );
    this.addSql(`create or replace function "evaluation_steps_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['running', 'skipped'] when 'running' then array['completed', 'failed', 'skipped'] when 'failed' then array['running'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "evaluation_steps" for each ROW
  when (old.status is distinct from new.status) execute function "evaluation_steps_status_transitions_fn"();`);
    this.addSql(`create or replace function "evaluation_steps_parent_in_organization_fn"() returns trigger as $$ begin if new."evaluation_run_id" is distinct from old."evaluation_run_id" and new."evaluation_run_id" is not null and not exists (
        select from "evaluation_runs" where id = new."evaluation_run_id" and organization_id = new.organization_id) then
        raise exception 'evaluation_steps: there is no % in this organisation', new."evaluation_run_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "evaluation_steps" for each ROW execute function "evaluation_steps_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "evaluation_steps" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "evaluation_steps" enable row level security;`);
    this.addSql(`alter table "evaluation_steps" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "evaluation_steps" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_window" check (window_end > window_start);`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_percentile_is_given" check ((aggregation_type = 'percentile') = (percentile is not null));`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_subject" check (subject_id is null or subject_type is not null);`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_percentile_check" check (percentile between 0 and 100);`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_sample_count_check" check (sample_count >= 0);`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_completeness_check" check (completeness between 0 and 100);`,
    );
    this.addSql(
      `alter table "metric_aggregations" add constraint "metric_aggregations_aggregation_type_check" check ("aggregation_type" in ('sum', 'avg', 'min', 'max', 'count', 'median', 'percentile', 'stddev'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "metric_aggregations" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "metric_aggregations" enable row level security;`);
    this.addSql(`alter table "metric_aggregations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "metric_aggregations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "performance_data" add constraint "performance_data_operation_name_check" check (btrim(operation_name) <> '');`,
    );
    this.addSql(
      `alter table "performance_data" add constraint "performance_data_duration_ms_check" check (duration_ms >= 0);`,
    );
    this.addSql(
      `alter table "performance_data" add constraint "performance_data_cpu_percent_check" check (cpu_percent >= 0);`,
    );
    this.addSql(
      `alter table "performance_data" add constraint "performance_data_memory_bytes_check" check (memory_bytes >= 0);`,
    );
    this.addSql(
      `alter table "performance_data" add constraint "performance_data_items_processed_check" check (items_processed >= 0);`,
    );
    this.addSql(
      `alter table "performance_data" add constraint "performance_data_efficiency_check" check (efficiency between 0 and 100);`,
    );
    this.addSql(`alter table "performance_data" enable row level security;`);
    this.addSql(`alter table "performance_data" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "performance_data" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`alter table "metrics" no force row level security;`);
    this.addSql(`update "metrics" set "metric_type" = 'duration' where "metric_unit" = 'ms';`);
    this.addSql(`alter table "metrics" force row level security;`);
    this.addSql(partitionByMonth('metrics', 'measured_at'));
    this.addSql(partitionByMonth('performance_data', 'measured_at'));

    this.addSql(`create view "real_time_metrics" as select m.id, m.measured_at, m.organization_id, m.metric_name, m.metric_type, m.metric_value, m.metric_unit, m.subject_type,
           m.subject_id, m.dimensions, r.name as evaluation_run_name
      from metrics m
      left join evaluation_runs r on r.id = m.evaluation_run_id
     where m.measured_at >= now() - interval '1 hour';`);

    this.addSql(`create view "performance_trends" as select organization_id, operation_name, date_trunc('hour', measured_at, 'UTC') as hour, count(*)::int as operations,
           round(avg(duration_ms), 2) as mean_duration_ms, min(duration_ms) as min_duration_ms, max(duration_ms) as max_duration_ms,
           percentile_cont(0.95) within group (order by duration_ms)::numeric(18, 2) as p95_duration_ms,
           round(100.0 * count(*) filter (where succeeded) / count(*), 2) as success_rate,
           round(avg(cpu_percent), 2) as mean_cpu_percent, round(avg(memory_bytes)) as mean_memory_bytes
      from performance_data
     where measured_at >= now() - interval '24 hours'
     group by 1, 2, 3;`);

    this.addSql(`create view "evaluation_run_summary" as select r.id, r.organization_id, r.name, r.evaluation_type, r.status, r.trigger_source, r.triggered_by, r.evolution_session_id,
           r.generation, r.overall_score, r.started_at, r.completed_at, r.duration_ms, r.error_message,
           s.steps, s.completed_steps, s.failed_steps, m.metrics
      from evaluation_runs r
      cross join lateral (
        select count(*)::int as steps, count(*) filter (where status = 'completed')::int as completed_steps,
               count(*) filter (where status = 'failed')::int as failed_steps
          from evaluation_steps where evaluation_run_id = r.id) s
      cross join lateral (select count(*)::int as metrics from metrics where evaluation_run_id = r.id) m;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "evaluation_run_summary" cascade;`);
    this.addSql(`drop view if exists "performance_trends" cascade;`);
    this.addSql(`drop view if exists "real_time_metrics" cascade;`);
    this.addSql(`alter table "alert_instances" drop constraint "alert_instances_alert_rule_id_foreign";`);
    this.addSql(
      `alter table "evaluation_steps" drop constraint "evaluation_steps_evaluation_run_id_foreign";`,
    );

    this.addSql(`drop trigger if exists "updated_at_moves" on "alert_rules";`);
    this.addSql(`drop function if exists "alert_rules_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "alert_rules" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "alert_instances";`);
    this.addSql(`drop function if exists "alert_instances_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "alert_instances" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "dashboards";`);
    this.addSql(`drop function if exists "dashboards_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "dashboards" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "evaluation_runs";`);
    this.addSql(`drop function if exists "evaluation_runs_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "evaluation_runs";`);
    this.addSql(`drop function if exists "evaluation_runs_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "evaluation_runs" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "evaluation_steps";`);
    this.addSql(`drop function if exists "evaluation_steps_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "evaluation_steps" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "metric_aggregations";`);
    this.addSql(`drop function if exists "metric_aggregations_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "metric_aggregations" cascade;`);
    this.addSql(`drop table if exists "performance_data" cascade;`);

    this.addSql(ordinaryAgain('metrics'));
    this.addSql(`drop index "metrics_evaluation_run_id_index";`);
    this.addSql(`drop index "metrics_organization_id_subject_type_subject_id_me_43376_index";`);
    this.addSql(`alter table "metrics" drop constraint "metrics_pkey";`);
    this.addSql(`alter table "metrics" drop constraint "metrics_metric_name_check";`);
    this.addSql(`alter table "metrics" drop constraint "metrics_confidence_check";`);
    this.addSql(`alter table "metrics" drop constraint "metrics_metric_type_check";`);
    this.addSql(
      `alter table "metrics" drop column "metric_type", drop column "evaluation_run_id", drop column "confidence";`,
    );
    this.addSql(`alter table "metrics" add primary key ("id");`);
  }
}

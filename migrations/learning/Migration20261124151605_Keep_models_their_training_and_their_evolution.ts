import { Migration } from '@mikro-orm/migrations';
import { partitionByMonth } from '../../src/databases/partitions.ts';

export class Migration20261124151605_Keep_models_their_training_and_their_evolution extends Migration {
  override name = 'Migration20261124151605_Keep_models_their_training_and_their_evolution';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "learning_models" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "model_type" text not null, "algorithm" text not null, "model_version" varchar(50) not null default '1.0.0', "parent_model_id" uuid null, "generation" int not null default 1, "status" text not null default 'draft', "hyperparameters" jsonb not null default '{}', "features" jsonb not null default '{}', "parameters" jsonb null, "artifact_uri" text null, "artifact_bytes" bigint null, "artifact_sha256" varchar(64) null, "score_name" varchar(255) null, "held_out_score" numeric(5,2) null, "baseline_score" numeric(5,2) null, "held_out_size" int null, "accuracy" numeric(5,2) null, "precision_score" numeric(5,2) null, "recall_score" numeric(5,2) null, "f1_score" numeric(5,2) null, "evaluated_at" timestamptz null, "evaluation_run_id" uuid null, "promoted_at" timestamptz null, "promoted_by" varchar(255) null, "tags" text[] not null default '{}', "created_by" varchar(255) null, "deleted_at" timestamptz null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "learning_models_parent_model_id_index" on "learning_models" ("parent_model_id");`,
    );
    this.addSql(
      `create index "learning_models_organization_id_model_type_status_index" on "learning_models" ("organization_id", "model_type", "status");`,
    );
    this.addSql(
      `create unique index learning_models_version_unique on learning_models (organization_id, name, model_version) where deleted_at is null;`,
    );
    this.addSql(
      `create unique index learning_models_production_unique on learning_models (organization_id, model_type) where status = 'production';`,
    );

    this.addSql(
      `create table "evolution_sessions" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "configuration" jsonb not null default '{}', "status" text not null default 'pending', "stage" text not null default 'initialization', "population_size" int not null default 10, "max_generations" int not null default 100, "current_generation" int not null default 0, "converged_at_generation" int null, "best_score" numeric(5,2) null, "average_score" numeric(5,2) null, "diversity_score" numeric(5,2) null, "best_model_id" uuid null, "total_evaluations" bigint not null default '0', "cost" numeric(12,4) null, "currency" char(3) not null default 'USD', "error_message" text null, "started_at" timestamptz null, "completed_at" timestamptz null, "duration_ms" bigint generated always as (((extract(epoch from (completed_at - started_at)) * 1000))::bigint) stored null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "evolution_sessions_best_model_id_index" on "evolution_sessions" ("best_model_id");`,
    );
    this.addSql(
      `create index "evolution_sessions_organization_id_status_created_at_index" on "evolution_sessions" ("organization_id", "status", "created_at");`,
    );

    this.addSql(
      `create table "adaptations" ("id" uuid not null, "organization_id" uuid not null, "learning_model_id" uuid not null, "evolution_session_id" uuid null, "generation" int null, "name" varchar(255) not null, "description" text null, "adaptation_type" text not null, "trigger_reason" text null, "trigger_data" jsonb not null default '{}', "parameters_before" jsonb not null default '{}', "parameters_after" jsonb not null default '{}', "status" text not null default 'pending', "score_before" numeric(5,2) null, "score_after" numeric(5,2) null, "improvement" numeric(6,2) generated always as (score_after - score_before) stored null, "applied_at" timestamptz null, "tested_at" timestamptz null, "reverted_at" timestamptz null, "reason" text null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "adaptations_learning_model_id_index" on "adaptations" ("learning_model_id");`);
    this.addSql(
      `create index "adaptations_evolution_session_id_index" on "adaptations" ("evolution_session_id");`,
    );
    this.addSql(
      `create index "adaptations_organization_id_status_created_at_index" on "adaptations" ("organization_id", "status", "created_at");`,
    );

    this.addSql(
      `create table "pattern_recognition" ("id" uuid not null, "organization_id" uuid not null, "learning_model_id" uuid null, "name" varchar(255) not null, "pattern_type" text not null, "description" text null, "signature" varchar(64) not null, "pattern" jsonb not null default '{}', "subject_type" varchar(50) null, "subject" jsonb not null default '{}', "discovery_method" varchar(100) null, "occurrences" bigint not null default '1', "confidence" numeric(5,2) null, "significance" numeric(5,2) null, "first_seen_at" timestamptz not null, "last_seen_at" timestamptz not null, "validated_at" timestamptz null, "validation_score" numeric(5,2) null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "pattern_recognition_learning_model_id_index" on "pattern_recognition" ("learning_model_id");`,
    );
    this.addSql(
      `create index "pattern_recognition_organization_id_pattern_type_l_e6652_index" on "pattern_recognition" ("organization_id", "pattern_type", "last_seen_at");`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_organization_id_signature_unique" unique ("organization_id", "signature");`,
    );

    this.addSql(
      `create table "training_metrics" ("id" uuid not null, "recorded_at" timestamptz not null, "organization_id" uuid not null, "training_session_id" uuid not null, "metric_name" varchar(255) not null, "metric_value" numeric(18,8) not null, "dataset_type" text not null default 'training', "epoch" int null, "batch" int null, "created_at" timestamptz not null default now(), primary key ("id", "recorded_at"));`,
    );
    this.addSql(
      `create index "training_metrics_training_session_id_metric_name_r_4d633_index" on "training_metrics" ("training_session_id", "metric_name", "recorded_at");`,
    );

    this.addSql(
      `create table "training_sessions" ("id" uuid not null, "organization_id" uuid not null, "learning_model_id" uuid not null, "name" varchar(255) not null, "description" text null, "status" text not null default 'pending', "configuration" jsonb not null default '{}', "dataset" jsonb not null default '{}', "training_rows" bigint null, "validation_rows" bigint null, "test_rows" bigint null, "progress" numeric(5,2) not null default 0, "current_epoch" int not null default 0, "total_epochs" int null, "best_loss" numeric(18,8) null, "cpu_time_ms" bigint null, "gpu_time_ms" bigint null, "memory_peak_bytes" bigint null, "cost" numeric(12,4) null, "currency" char(3) not null default 'USD', "trigger_source" text not null default 'manual', "triggered_by" varchar(255) null, "error_message" text null, "warnings" jsonb not null default '[]', "started_at" timestamptz null, "completed_at" timestamptz null, "duration_ms" bigint generated always as (((extract(epoch from (completed_at - started_at)) * 1000))::bigint) stored null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "training_sessions_learning_model_id_index" on "training_sessions" ("learning_model_id");`,
    );
    this.addSql(
      `create index "training_sessions_organization_id_status_created_at_index" on "training_sessions" ("organization_id", "status", "created_at");`,
    );

    // rows of all organisations are given a type and are checked against the new key
    this.addSql(`alter table "user_feedback" no force row level security;`);
    this.addSql(
      `alter table "user_feedback" add "learning_model_id" uuid null, add "feedback_type" text not null default 'neutral', add "rating" numeric(5,2) null, add "predicted_value" jsonb null, add "actual_value" jsonb null, add "processed_at" timestamptz null;`,
    );
    this.addSql(
      `alter table "user_feedback" add constraint "user_feedback_learning_model_id_foreign" foreign key ("learning_model_id") references "learning_models" ("id") on delete set null;`,
    );
    this.addSql(
      `update "user_feedback" set "feedback_type" = case "verdict" when 'approve' then 'positive' else 'negative' end;`,
    );
    this.addSql(`alter table "user_feedback" force row level security;`);
    this.addSql(`alter table "user_feedback" alter column "verdict" drop not null;`);
    this.addSql(`alter table "user_feedback" alter column "workflow_id" drop not null;`);
    this.addSql(
      `create index "user_feedback_learning_model_id_index" on "user_feedback" ("learning_model_id");`,
    );
    this.addSql(
      `create index user_feedback_unprocessed_index on user_feedback (organization_id, given_at) where processed_at is null;`,
    );
    this.addSql(
      `alter table "user_feedback" add constraint "user_feedback_rating_check" check (rating between 0 and 100);`,
    );
    this.addSql(
      `alter table "user_feedback" add constraint "user_feedback_feedback_type_check" check ("feedback_type" in ('positive', 'negative', 'neutral', 'correction', 'enhancement', 'bug_report'));`,
    );
    this.addSql(`create or replace function "user_feedback_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'user_feedback: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "user_feedback" for each ROW execute function "user_feedback_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "learning_models" add constraint "learning_models_parent_model_id_foreign" foreign key ("parent_model_id") references "learning_models" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_promoted_beats_baseline" check (status <> 'production' or coalesce(held_out_score > baseline_score and held_out_size > 0 and evaluated_at is not null, false));`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_production_is_not_deleted" check (status <> 'production' or deleted_at is null);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_not_its_own_parent" check (parent_model_id <> id);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_generation_check" check (generation > 0);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_artifact_bytes_check" check (artifact_bytes >= 0);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_held_out_score_check" check (held_out_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_baseline_score_check" check (baseline_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_held_out_size_check" check (held_out_size >= 0);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_accuracy_check" check (accuracy between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_precision_score_check" check (precision_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_recall_score_check" check (recall_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_f1_score_check" check (f1_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_model_type_check" check ("model_type" in ('code_quality_predictor', 'task_duration_estimator', 'bug_probability_classifier', 'performance_optimizer', 'pattern_recognizer', 'workflow_optimizer', 'resource_predictor', 'quality_scorer', 'complexity_analyzer', 'dependency_analyzer', 'evolution_optimizer', 'custom'));`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_algorithm_check" check ("algorithm" in ('linear_regression', 'logistic_regression', 'random_forest', 'gradient_boosting', 'neural_network', 'svm', 'clustering', 'reinforcement_learning', 'genetic_algorithm', 'ensemble', 'transformer', 'lstm', 'heuristic', 'custom'));`,
    );
    this.addSql(
      `alter table "learning_models" add constraint "learning_models_status_check" check ("status" in ('draft', 'training', 'trained', 'production', 'failed', 'retired'));`,
    );
    this.addSql(`create or replace function "learning_models_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'draft' then array['training', 'trained', 'retired'] when 'training' then array['trained', 'failed', 'draft'] when 'trained' then array['production', 'training', 'retired'] when 'production' then array['trained', 'retired'] when 'failed' then array['training', 'retired'] when 'retired' then array['trained'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "learning_models" for each ROW
  when (old.status is distinct from new.status) execute function "learning_models_status_transitions_fn"();`);
    this.addSql(`create or replace function "learning_models_parent_in_organization_fn"() returns trigger as $$ begin if new."parent_model_id" is distinct from old."parent_model_id" and new."parent_model_id" is not null and not exists (
        select from "learning_models" where id = new."parent_model_id" and organization_id = new.organization_id) then
        raise exception 'learning_models: there is no % in this organisation', new."parent_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "learning_models" for each ROW execute function "learning_models_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "learning_models" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "learning_models" enable row level security;`);
    this.addSql(`alter table "learning_models" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "learning_models" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_best_model_id_foreign" foreign key ("best_model_id") references "learning_models" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_generations" check (current_generation <= max_generations);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_ends_after_start" check (completed_at >= started_at);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_over_has_end" check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null));`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_population_size_check" check (population_size > 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_max_generations_check" check (max_generations > 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_current_generation_check" check (current_generation >= 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_converged_at_generation_check" check (converged_at_generation >= 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_best_score_check" check (best_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_average_score_check" check (average_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_diversity_score_check" check (diversity_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_total_evaluations_check" check (total_evaluations >= 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_cost_check" check (cost >= 0);`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_status_check" check ("status" in ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled'));`,
    );
    this.addSql(
      `alter table "evolution_sessions" add constraint "evolution_sessions_stage_check" check ("stage" in ('initialization', 'exploration', 'exploitation', 'adaptation', 'convergence', 'stagnation', 'reset'));`,
    );
    this.addSql(`create or replace function "evolution_sessions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['running', 'cancelled'] when 'running' then array['paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['running', 'failed', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "evolution_sessions" for each ROW
  when (old.status is distinct from new.status) execute function "evolution_sessions_status_transitions_fn"();`);
    this.addSql(`create or replace function "evolution_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."best_model_id" is distinct from old."best_model_id" and new."best_model_id" is not null and not exists (
        select from "learning_models" where id = new."best_model_id" and organization_id = new.organization_id) then
        raise exception 'evolution_sessions: there is no % in this organisation', new."best_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "evolution_sessions" for each ROW execute function "evolution_sessions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "evolution_sessions" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "evolution_sessions" enable row level security;`);
    this.addSql(`alter table "evolution_sessions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "evolution_sessions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "adaptations" add constraint "adaptations_learning_model_id_foreign" foreign key ("learning_model_id") references "learning_models" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_evolution_session_id_foreign" foreign key ("evolution_session_id") references "evolution_sessions" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_applied_has_time" check ((status in ('pending', 'rejected')) = (applied_at is null));`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_tested_has_scores" check (status <> 'tested' or (tested_at is not null and score_before is not null and score_after is not null));`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_reverted_has_reason" check ((status <> 'reverted' or reverted_at is not null) and (status not in ('reverted', 'rejected') or reason is not null));`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_generation_check" check (generation >= 0);`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_score_before_check" check (score_before between 0 and 100);`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_score_after_check" check (score_after between 0 and 100);`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_adaptation_type_check" check ("adaptation_type" in ('parameter_tuning', 'feature_engineering', 'model_architecture', 'training_data', 'preprocessing', 'postprocessing', 'ensemble_weights', 'hyperparameters'));`,
    );
    this.addSql(
      `alter table "adaptations" add constraint "adaptations_status_check" check ("status" in ('pending', 'applied', 'tested', 'reverted', 'rejected'));`,
    );
    this.addSql(`create or replace function "adaptations_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['applied', 'rejected'] when 'applied' then array['tested', 'reverted'] when 'tested' then array['reverted'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "adaptations" for each ROW
  when (old.status is distinct from new.status) execute function "adaptations_status_transitions_fn"();`);
    this.addSql(`create or replace function "adaptations_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."evolution_session_id" is distinct from old."evolution_session_id" and new."evolution_session_id" is not null and not exists (
        select from "evolution_sessions" where id = new."evolution_session_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."evolution_session_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "adaptations" for each ROW execute function "adaptations_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "adaptations" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "adaptations" enable row level security;`);
    this.addSql(`alter table "adaptations" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "adaptations" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_learning_model_id_foreign" foreign key ("learning_model_id") references "learning_models" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_seen" check (last_seen_at >= first_seen_at);`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_occurrences_check" check (occurrences > 0);`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_confidence_check" check (confidence between 0 and 100);`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_significance_check" check (significance between 0 and 100);`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_validation_score_check" check (validation_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "pattern_recognition" add constraint "pattern_recognition_pattern_type_check" check ("pattern_type" in ('task_failure', 'performance_degradation', 'resource_use', 'workflow_optimization', 'error_correlation', 'success', 'timing', 'custom'));`,
    );
    this.addSql(`create or replace function "pattern_recognition_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'pattern_recognition: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pattern_recognition" for each ROW execute function "pattern_recognition_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "pattern_recognition" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "pattern_recognition" enable row level security;`);
    this.addSql(`alter table "pattern_recognition" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "pattern_recognition" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "training_metrics" add constraint "training_metrics_metric_name_check" check (btrim(metric_name) <> '');`,
    );
    this.addSql(
      `alter table "training_metrics" add constraint "training_metrics_epoch_check" check (epoch >= 0);`,
    );
    this.addSql(
      `alter table "training_metrics" add constraint "training_metrics_batch_check" check (batch >= 0);`,
    );
    this.addSql(
      `alter table "training_metrics" add constraint "training_metrics_dataset_type_check" check ("dataset_type" in ('training', 'validation', 'test'));`,
    );
    this.addSql(`alter table "training_metrics" enable row level security;`);
    this.addSql(`alter table "training_metrics" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "training_metrics" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_learning_model_id_foreign" foreign key ("learning_model_id") references "learning_models" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_epochs" check (current_epoch <= total_epochs);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_ends_after_start" check (completed_at >= started_at);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_over_has_end" check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null));`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_training_rows_check" check (training_rows >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_validation_rows_check" check (validation_rows >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_test_rows_check" check (test_rows >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_progress_check" check (progress between 0 and 100);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_current_epoch_check" check (current_epoch >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_total_epochs_check" check (total_epochs > 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_cpu_time_ms_check" check (cpu_time_ms >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_gpu_time_ms_check" check (gpu_time_ms >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_memory_peak_bytes_check" check (memory_peak_bytes >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_cost_check" check (cost >= 0);`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_status_check" check ("status" in ('pending', 'preparing_data', 'training', 'validating', 'completed', 'failed', 'cancelled'));`,
    );
    this.addSql(
      `alter table "training_sessions" add constraint "training_sessions_trigger_source_check" check ("trigger_source" in ('manual', 'schedule', 'api', 'new_data', 'degradation', 'evolution'));`,
    );
    this.addSql(`create or replace function "training_sessions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['preparing_data', 'training', 'failed', 'cancelled'] when 'preparing_data' then array['training', 'failed', 'cancelled'] when 'training' then array['validating', 'failed', 'cancelled'] when 'validating' then array['training', 'completed', 'failed', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "training_sessions" for each ROW
  when (old.status is distinct from new.status) execute function "training_sessions_status_transitions_fn"();`);
    this.addSql(`create or replace function "training_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'training_sessions: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "training_sessions" for each ROW execute function "training_sessions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "training_sessions" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "training_sessions" enable row level security;`);
    this.addSql(`alter table "training_sessions" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "training_sessions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(partitionByMonth('training_metrics', 'recorded_at'));

    this.addSql(`create view "model_performance_overview" as select m.id, m.organization_id, m.name, m.model_type, m.model_version, m.status, m.held_out_score, m.baseline_score,
           m.held_out_score - m.baseline_score as gain, m.evaluated_at, s.training_sessions, s.last_trained_at, a.adaptations,
           a.kept_adaptations, f.feedback, f.mean_rating
      from learning_models m
      cross join lateral (
        select count(*)::int as training_sessions, max(completed_at) filter (where status = 'completed') as last_trained_at
          from training_sessions where learning_model_id = m.id) s
      cross join lateral (
        select count(*)::int as adaptations, count(*) filter (where status = 'tested')::int as kept_adaptations
          from adaptations where learning_model_id = m.id) a
      cross join lateral (
        select count(*)::int as feedback, round(avg(rating), 2) as mean_rating
          from user_feedback where learning_model_id = m.id) f
     where m.deleted_at is null;`);

    this.addSql(`create view "evolution_progress" as select s.id, s.organization_id, s.name, s.status, s.stage, s.current_generation, s.max_generations, s.best_score, s.average_score,
           s.best_model_id, s.started_at, s.completed_at, a.adaptations, a.tested_adaptations, a.mean_improvement, a.last_applied_at
      from evolution_sessions s
      cross join lateral (
        select count(*)::int as adaptations, count(*) filter (where tested_at is not null)::int as tested_adaptations,
               round(avg(improvement), 2) as mean_improvement, max(applied_at) as last_applied_at
          from adaptations where evolution_session_id = s.id) a;`);

    this.addSql(`create view "active_training_sessions" as select s.id, s.organization_id, s.name, s.status, s.progress, s.current_epoch, s.total_epochs, s.started_at, s.triggered_by,
           m.id as learning_model_id, m.name as model_name, m.model_type
      from training_sessions s
      join learning_models m on m.id = s.learning_model_id
     where s.status in ('pending', 'preparing_data', 'training', 'validating');`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "active_training_sessions" cascade;`);
    this.addSql(`drop view if exists "evolution_progress" cascade;`);
    this.addSql(`drop view if exists "model_performance_overview" cascade;`);
    this.addSql(`alter table "learning_models" drop constraint "learning_models_parent_model_id_foreign";`);
    this.addSql(
      `alter table "evolution_sessions" drop constraint "evolution_sessions_best_model_id_foreign";`,
    );
    this.addSql(`alter table "adaptations" drop constraint "adaptations_learning_model_id_foreign";`);
    this.addSql(
      `alter table "pattern_recognition" drop constraint "pattern_recognition_learning_model_id_foreign";`,
    );
    this.addSql(
      `alter table "training_sessions" drop constraint "training_sessions_learning_model_id_foreign";`,
    );
    this.addSql(`alter table "user_feedback" drop constraint "user_feedback_learning_model_id_foreign";`);
    this.addSql(`alter table "adaptations" drop constraint "adaptations_evolution_session_id_foreign";`);

    this.addSql(`drop trigger if exists "status_transitions" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "learning_models" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "evolution_sessions" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "adaptations" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "pattern_recognition";`);
    this.addSql(`drop function if exists "pattern_recognition_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "pattern_recognition";`);
    this.addSql(`drop function if exists "pattern_recognition_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "pattern_recognition" cascade;`);
    this.addSql(`drop table if exists "training_metrics" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "training_sessions" cascade;`);

    this.addSql(`drop index "user_feedback_learning_model_id_index";`);
    this.addSql(`drop index "user_feedback_unprocessed_index";`);
    this.addSql(`alter table "user_feedback" drop constraint "user_feedback_rating_check";`);
    this.addSql(`alter table "user_feedback" drop constraint "user_feedback_feedback_type_check";`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "user_feedback";`);
    this.addSql(`drop function if exists "user_feedback_parent_in_organization_fn"();`);
    this.addSql(
      `alter table "user_feedback" drop column "learning_model_id", drop column "feedback_type", drop column "rating", drop column "predicted_value", drop column "actual_value", drop column "processed_at";`,
    );
    this.addSql(`alter table "user_feedback" alter column "workflow_id" set not null;`);
    this.addSql(`alter table "user_feedback" alter column "verdict" set not null;`);
  }
}

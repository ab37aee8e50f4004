import { Migration } from '@mikro-orm/migrations';

/** Whose rows the migration reads or changes. */
const touched = ['prompt_templates', 'executions'];

export class Migration20261124151636_Version_templates_and_score_executions extends Migration {
  override name = 'Migration20261124151636_Version_templates_and_score_executions';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "context_sources" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "context_type" text not null default 'documentation', "content" text not null, "source_url" text null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "context_sources" add constraint "context_sources_organization_id_name_unique" unique ("organization_id", "name");`,
    );

    this.addSql(
      `create table "prompt_collections" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text not null default '', "is_active" boolean not null default true, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "prompt_collections" add constraint "prompt_collections_organization_id_name_unique" unique ("organization_id", "name");`,
    );

    this.addSql(
      `create table "prompt_enhancements" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "enhancement_type" text not null, "description" text not null default '', "application_order" int not null, "stage" varchar(100) null, "purpose" varchar(50) null, "instructions" text not null, "context_source_id" uuid null, "is_active" boolean not null default true, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "prompt_enhancements_context_source_id_index" on "prompt_enhancements" ("context_source_id");`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_organization_id_name_unique" unique ("organization_id", "name");`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_organization_id_application_order_unique" unique ("organization_id", "application_order") deferrable initially deferred;`,
    );

    this.addSql(
      `create table "prompt_collection_items" ("id" uuid not null, "organization_id" uuid not null, "collection_id" uuid not null, "template_id" uuid not null, "position" int not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "prompt_collection_items_template_id_index" on "prompt_collection_items" ("template_id");`,
    );
    this.addSql(
      `alter table "prompt_collection_items" add constraint "prompt_collection_items_collection_id_template_id_unique" unique ("collection_id", "template_id");`,
    );
    this.addSql(
      `alter table "prompt_collection_items" add constraint "prompt_collection_items_collection_id_position_unique" unique ("collection_id", "position") deferrable initially deferred;`,
    );

    this.addSql(
      `create table "experiments" ("id" uuid not null, "organization_id" uuid not null, "template_id" uuid not null, "name" varchar(255) not null, "hypothesis" text not null, "status" text not null default 'draft', "minimum_samples" int not null default 30, "started_at" timestamptz null, "ended_at" timestamptz null, "conclusion" text null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "experiments_template_id_index" on "experiments" ("template_id");`);
    this.addSql(
      `alter table "experiments" add constraint "experiments_organization_id_name_unique" unique ("organization_id", "name");`,
    );
    this.addSql(
      `create unique index experiments_one_running_per_template on experiments (template_id) where status = 'running';`,
    );

    this.addSql(
      `create table "prompt_template_versions" ("id" uuid not null, "organization_id" uuid not null, "template_id" uuid not null, "version" int not null, "content" text not null, "content_hash" varchar(64) not null, "author" varchar(255) not null, "change_note" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "prompt_template_versions" add constraint "prompt_template_versions_template_id_version_unique" unique ("template_id", "version");`,
    );
    this.addSql(
      `alter table "prompt_template_versions" add constraint "prompt_template_versions_template_id_content_hash_unique" unique ("template_id", "content_hash");`,
    );

    this.addSql(
      `create table "prompt_template_label_moves" ("id" uuid not null, "organization_id" uuid not null, "template_id" uuid not null, "label" varchar(50) not null, "template_version_id" uuid not null, "moved_by" varchar(255) not null, "moved_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "prompt_template_label_moves_template_version_id_index" on "prompt_template_label_moves" ("template_version_id");`,
    );
    this.addSql(
      `create index "prompt_template_label_moves_template_id_label_moved_at_index" on "prompt_template_label_moves" ("template_id", "label", "moved_at");`,
    );

    this.addSql(
      `create table "prompt_template_labels" ("id" uuid not null, "organization_id" uuid not null, "template_id" uuid not null, "label" varchar(50) not null, "template_version_id" uuid not null, "moved_by" varchar(255) not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "prompt_template_labels_template_version_id_index" on "prompt_template_labels" ("template_version_id");`,
    );
    this.addSql(
      `alter table "prompt_template_labels" add constraint "prompt_template_labels_template_id_label_unique" unique ("template_id", "label");`,
    );

    this.addSql(
      `create table "experiment_variants" ("id" uuid not null, "organization_id" uuid not null, "experiment_id" uuid not null, "name" varchar(100) not null, "template_version_id" uuid not null, "weight" int not null default 1, "is_winner" boolean not null default false, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "experiment_variants_template_version_id_index" on "experiment_variants" ("template_version_id");`,
    );
    this.addSql(
      `alter table "experiment_variants" add constraint "experiment_variants_experiment_id_name_unique" unique ("experiment_id", "name");`,
    );
    this.addSql(
      `alter table "experiment_variants" add constraint "experiment_variants_experiment_id_template_version_id_unique" unique ("experiment_id", "template_version_id");`,
    );
    this.addSql(
      `create unique index experiment_variants_one_winner on experiment_variants (experiment_id) where is_winner;`,
    );

    this.addSql(
      `create table "execution_enhancements" ("id" uuid not null, "organization_id" uuid not null, "execution_id" uuid not null, "enhancement_id" uuid not null, "position" int not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "execution_enhancements_enhancement_id_index" on "execution_enhancements" ("enhancement_id");`,
    );
    this.addSql(
      `alter table "execution_enhancements" add constraint "execution_enhancements_execution_id_enhancement_id_unique" unique ("execution_id", "enhancement_id");`,
    );
    this.addSql(
      `alter table "execution_enhancements" add constraint "execution_enhancements_execution_id_position_unique" unique ("execution_id", "position");`,
    );

    this.addSql(`alter table "executions" drop constraint "executions_template_id_foreign";`);

    for (const table of touched) this.addSql(`alter table ${table} no force row level security`);

    // what was a row per version becomes one template, under the id of its first version, and the versions
    this.addSql(
      `alter table "prompt_templates" add "name" varchar(255) null, add "stage" varchar(100) null, add "purpose" varchar(50) null, add "description" text null, add "variables" jsonb not null default '{}';`,
    );
    this.addSql(`insert into prompt_template_versions
                        (id, organization_id, template_id, version, content, content_hash, author, created_at)
                 select t.id, t.organization_id, first_value(t.id) over versions, t.version, t.content, t.content_hash,
                        'shipped', t.created_at
                   from prompt_templates t
                 window versions as (partition by t.organization_id, t.slug order by t.version)`);

    this.addSql(`drop index "executions_template_id_index";`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_in_organization_fn"();`);
    this.addSql(`alter table "executions" rename column "template_id" to "template_version_id";`);
    this.addSql(`alter table "executions" alter column "template_version_id" drop not null;`);

    this.addSql(`delete from prompt_templates t
                  where not exists (select from prompt_template_versions v where v.template_id = t.id)`);
    // the program fills these in when it next uses the template
    this.addSql(`update prompt_templates t
                    set name = t.slug, description = '', version = 1, purpose = coalesce((
                          select e.purpose from executions e
                            join prompt_template_versions v on v.id = e.template_version_id
                           where v.template_id = t.id limit 1), 'step')`);
    this.addSql(`insert into prompt_template_labels
                        (id, organization_id, template_id, label, template_version_id, moved_by)
                 select distinct on (template_id) gen_random_uuid(), organization_id, template_id, 'production', id, 'shipped'
                   from prompt_template_versions order by template_id, version desc`);
    // a workflow that is under way keeps what it began with
    this.addSql(`insert into prompt_template_label_moves
                        (id, organization_id, template_id, label, template_version_id, moved_by, moved_at)
                 select gen_random_uuid(), organization_id, template_id, 'production', id, 'shipped', created_at
                   from prompt_template_versions`);
    this.addSql(
      `alter table "prompt_templates" drop constraint "prompt_templates_organization_id_slug_content_hash_unique";`,
    );
    this.addSql(
      `alter table "prompt_templates" drop constraint "prompt_templates_organization_id_slug_version_unique";`,
    );
    this.addSql(`alter table "prompt_templates" drop column "content", drop column "content_hash";`);
    this.addSql(
      `alter table "prompt_templates" alter column "name" set not null, alter column "purpose" set not null, alter column "description" set not null, alter column "version" set default 1;`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_organization_id_slug_unique" unique ("organization_id", "slug");`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_slug_check" check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$');`,
    );

    this.addSql(
      `alter table "executions" add "experiment_variant_id" uuid null, add "step_id" uuid null, add "stage" varchar(100) null, add "parsed" jsonb null, add "currency" char(3) not null default 'USD', add "quality_score" numeric(5,2) null, add "quality_scorer" varchar(50) null, add "duration_ms" bigint generated always as ((extract(epoch from (completed_at - started_at)) * 1000)::bigint) stored null;`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_template_version_id_foreign" foreign key ("template_version_id") references "prompt_template_versions" ("id") on delete no action;`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_experiment_variant_id_foreign" foreign key ("experiment_variant_id") references "experiment_variants" ("id") on delete no action;`,
    );
    this.addSql(`alter table "executions" alter column "workflow_id" drop not null;`);
    this.addSql(`alter table "executions" rename column "cost_usd" to "cost";`);
    this.addSql(
      `create index "executions_template_version_id_index" on "executions" ("template_version_id");`,
    );
    this.addSql(
      `create index "executions_experiment_variant_id_index" on "executions" ("experiment_variant_id");`,
    );
    this.addSql(`create index "executions_step_id_index" on "executions" ("step_id");`);
    this.addSql(
      `alter table "executions" add constraint "executions_scores_have_a_scorer" check ((quality_score is null) = (quality_scorer is null));`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_input_tokens_check" check (input_tokens >= 0);`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_output_tokens_check" check (output_tokens >= 0);`,
    );
    this.addSql(`alter table "executions" add constraint "executions_cost_check" check (cost >= 0);`);
    this.addSql(
      `alter table "executions" add constraint "executions_currency_check" check (currency ~ '^[A-Z]{3}$');`,
    );
    this.addSql(
      `alter table "executions" add constraint "executions_quality_score_check" check (quality_score between 0 and 100);`,
    );
    this.addSql(`create or replace function "executions_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'prompt, template_version_id, experiment_variant_id, purpose'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "executions" for each ROW
  when (old.prompt is distinct from new.prompt or old.template_version_id is distinct from new.template_version_id or old.experiment_variant_id is distinct from new.experiment_variant_id or old.purpose is distinct from new.purpose) execute function "executions_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['running', 'completed', 'failed'] when 'running' then array['completed', 'failed'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "executions" for each ROW
  when (old.status is distinct from new.status) execute function "executions_status_transitions_fn"();`);
    this.addSql(`create or replace function "executions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."experiment_variant_id" is distinct from old."experiment_variant_id" and new."experiment_variant_id" is not null and not exists (
        select from "experiment_variants" where id = new."experiment_variant_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."experiment_variant_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "executions" for each ROW execute function "executions_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "context_sources" add constraint "context_sources_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "context_sources" add constraint "context_sources_context_type_check" check ("context_type" in ('code', 'documentation', 'conversation', 'file', 'web', 'custom'));`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "context_sources" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "context_sources" enable row level security;`);
    this.addSql(`alter table "context_sources" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "context_sources" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_collections" add constraint "prompt_collections_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_collections" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "prompt_collections" enable row level security;`);
    this.addSql(`alter table "prompt_collections" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_collections" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_context_source_id_foreign" foreign key ("context_source_id") references "context_sources" ("id") on delete no action;`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_add_something" check (btrim(instructions) <> '' or context_source_id is not null);`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_enhancement_type_check" check ("enhancement_type" in ('context_injection', 'accuracy_boost', 'format_optimization', 'workflow_specific', 'error_reduction', 'response_quality'));`,
    );
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."context_source_id" is distinct from old."context_source_id" and new."context_source_id" is not null and not exists (
        select from "context_sources" where id = new."context_source_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."context_source_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_enhancements" for each ROW execute function "prompt_enhancements_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_enhancements" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "prompt_enhancements" enable row level security;`);
    this.addSql(`alter table "prompt_enhancements" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_enhancements" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_collection_items" add constraint "prompt_collection_items_collection_id_foreign" foreign key ("collection_id") references "prompt_collections" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_collection_items" add constraint "prompt_collection_items_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_collection_items" add constraint "prompt_collection_items_position_check" check (position > 0);`,
    );
    this.addSql(`create or replace function "prompt_collection_items_parent_in_organization_fn"() returns trigger as $$ begin if new."collection_id" is distinct from old."collection_id" and new."collection_id" is not null and not exists (
        select from "prompt_collections" where id = new."collection_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."collection_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_collection_items" for each ROW execute function "prompt_collection_items_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_collection_items" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "prompt_collection_items" enable row level security;`);
    this.addSql(`alter table "prompt_collection_items" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_collection_items" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "experiments" add constraint "experiments_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "experiments" add constraint "experiments_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "experiments" add constraint "experiments_minimum_samples_check" check (minimum_samples > 0);`,
    );
    this.addSql(
      `alter table "experiments" add constraint "experiments_status_check" check ("status" in ('draft', 'running', 'completed', 'cancelled'));`,
    );
    this.addSql(`create or replace function "experiments_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'template_id'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "experiments" for each ROW
  when (old.template_id is distinct from new.template_id) execute function "experiments_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "experiments_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'draft' then array['running', 'cancelled'] when 'running' then array['completed', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "experiments" for each ROW
  when (old.status is distinct from new.status) execute function "experiments_status_transitions_fn"();`);
    this.addSql(`create or replace function "experiments_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'experiments: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "experiments" for each ROW execute function "experiments_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "experiments" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "experiments" enable row level security;`);
    this.addSql(`alter table "experiments" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "experiments" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_template_versions" add constraint "prompt_template_versions_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_template_versions" add constraint "prompt_template_versions_version_check" check (version > 0);`,
    );
    this.addSql(
      `alter table "prompt_template_versions" add constraint "prompt_template_versions_content_check" check (btrim(content) <> '');`,
    );
    this.addSql(`create or replace function "prompt_template_versions_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'template_id, version, content, content_hash, author, change_note'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "prompt_template_versions" for each ROW
  when (old.template_id is distinct from new.template_id or old.version is distinct from new.version or old.content is distinct from new.content or old.content_hash is distinct from new.content_hash or old.author is distinct from new.author or old.change_note is distinct from new.change_note) execute function "prompt_template_versions_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "prompt_template_versions_variables_are_known_fn"() returns trigger as $$ begin declare unknown text;         begin
          select string_agg(distinct m[1], ', ') into unknown
            from regexp_matches(new.content, '[{][{]([A-Za-z0-9_]+)[}][}]', 'g') m
           where not exists (select from prompt_templates t where t.id = new.template_id and jsonb_exists(t.variables, m[1]));           if unknown is not null then
            raise exception 'prompt_template_versions: the text names %, which its template is not given', unknown
              using errcode = 'check_violation', constraint = 'variables_are_known', table = tg_table_name;           end if;         end;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "variables_are_known" BEFORE INSERT on "prompt_template_versions" for each ROW execute function "prompt_template_versions_variables_are_known_fn"();`,
    );
    this.addSql(`create or replace function "prompt_template_versions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_versions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_versions" for each ROW execute function "prompt_template_versions_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_template_versions" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "prompt_template_versions" enable row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_template_versions" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_template_label_moves" add constraint "prompt_template_label_moves_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_template_label_moves" add constraint "prompt_template_label_moves_template_version_id_foreign" foreign key ("template_version_id") references "prompt_template_versions" ("id") on delete cascade;`,
    );
    this.addSql(`create or replace function "prompt_template_label_moves_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'template_id, label, template_version_id, moved_by, moved_at'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "prompt_template_label_moves" for each ROW
  when (old.template_id is distinct from new.template_id or old.label is distinct from new.label or old.template_version_id is distinct from new.template_version_id or old.moved_by is distinct from new.moved_by or old.moved_at is distinct from new.moved_at) execute function "prompt_template_label_moves_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "prompt_template_label_moves_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_label_moves" for each ROW execute function "prompt_template_label_moves_parent_in_organization_fn"();`,
    );
    this.addSql(`alter table "prompt_template_label_moves" enable row level security;`);
    this.addSql(`alter table "prompt_template_label_moves" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_template_label_moves" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "prompt_template_labels" add constraint "prompt_template_labels_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_template_labels" add constraint "prompt_template_labels_template_version_id_foreign" foreign key ("template_version_id") references "prompt_template_versions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_template_labels" add constraint "prompt_template_labels_label_check" check (label ~ '^[a-z0-9]+(-[a-z0-9]+)*$');`,
    );
    this.addSql(`create or replace function "prompt_template_labels_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'template_id, label'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "prompt_template_labels" for each ROW
  when (old.template_id is distinct from new.template_id or old.label is distinct from new.label) execute function "prompt_template_labels_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_version_of_the_template_fn"() returns trigger as $$ begin if not exists (
          select from prompt_template_versions where id = new.template_version_id and template_id = new.template_id) then
          raise exception 'prompt_template_labels: % is no version of the template', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "version_of_the_template" BEFORE INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_version_of_the_template_fn"();`,
    );
    this.addSql(`create or replace function "prompt_template_labels_moves_are_kept_fn"() returns trigger as $$ begin if new.template_version_id is distinct from old.template_version_id then
          insert into prompt_template_label_moves
                 (id, organization_id, template_id, label, template_version_id, moved_by, moved_at)
          values (gen_random_uuid(), new.organization_id, new.template_id, new.label, new.template_version_id,
                  new.moved_by, clock_timestamp());         end if;         return null; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "moves_are_kept" AFTER INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_moves_are_kept_fn"();`,
    );
    this.addSql(`create or replace function "prompt_template_labels_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "prompt_template_labels" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "prompt_template_labels" enable row level security;`);
    this.addSql(`alter table "prompt_template_labels" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "prompt_template_labels" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "experiment_variants" add constraint "experiment_variants_experiment_id_foreign" foreign key ("experiment_id") references "experiments" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "experiment_variants" add constraint "experiment_variants_template_version_id_foreign" foreign key ("template_version_id") references "prompt_template_versions" ("id");`,
    );
    this.addSql(
      `alter table "experiment_variants" add constraint "experiment_variants_weight_check" check (weight > 0);`,
    );
    this.addSql(`create or replace function "experiment_variants_variants_stay_as_tried_fn"() returns trigger as $$ begin if not exists (
          select from experiments e join prompt_template_versions v using (template_id)
           where e.id = new.experiment_id and v.id = new.template_version_id) then
          raise exception 'experiment_variants: % is no version of the template that is tried', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         if (new.template_version_id, new.weight, new.experiment_id)
             is distinct from (old.template_version_id, old.weight, old.experiment_id)
           and not exists (select from experiments where id = new.experiment_id and status = 'draft') then
          raise exception 'experiment_variants: the experiment has begun, so its variants stay as they are'
            using errcode = 'check_violation', constraint = 'variants_stay_as_tried', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "variants_stay_as_tried" BEFORE INSERT OR UPDATE on "experiment_variants" for each ROW execute function "experiment_variants_variants_stay_as_tried_fn"();`,
    );
    this.addSql(`create or replace function "experiment_variants_parent_in_organization_fn"() returns trigger as $$ begin if new."experiment_id" is distinct from old."experiment_id" and new."experiment_id" is not null and not exists (
        select from "experiments" where id = new."experiment_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."experiment_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "experiment_variants" for each ROW execute function "experiment_variants_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "experiment_variants" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "experiment_variants" enable row level security;`);
    this.addSql(`alter table "experiment_variants" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "experiment_variants" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "execution_enhancements" add constraint "execution_enhancements_execution_id_foreign" foreign key ("execution_id") references "executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "execution_enhancements" add constraint "execution_enhancements_enhancement_id_foreign" foreign key ("enhancement_id") references "prompt_enhancements" ("id");`,
    );
    this.addSql(
      `alter table "execution_enhancements" add constraint "execution_enhancements_position_check" check (position > 0);`,
    );
    this.addSql(`create or replace function "execution_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."execution_id" is distinct from old."execution_id" and new."execution_id" is not null and not exists (
        select from "executions" where id = new."execution_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."enhancement_id" is distinct from old."enhancement_id" and new."enhancement_id" is not null and not exists (
        select from "prompt_enhancements" where id = new."enhancement_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."enhancement_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "execution_enhancements" for each ROW execute function "execution_enhancements_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "execution_enhancements" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "execution_enhancements" enable row level security;`);
    this.addSql(`alter table "execution_enhancements" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "execution_enhancements" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`create view "response_quality" as select organization_id, stage, purpose, currency,
           count(*)::int as executions,
           count(*) filter (where status = 'completed')::int as completed,
           count(*) filter (where status = 'failed')::int as failed,
           count(quality_score)::int as judged,
           round(avg(quality_score), 2) as mean_quality,
           round(avg(duration_ms))::bigint as mean_duration_ms,
           sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
           sum(cost) as cost
      from executions
     group by organization_id, stage, purpose, currency;`);

    this.addSql(`create view "enhancement_effectiveness" as select r.id, r.organization_id, r.name, r.enhancement_type, r.is_active,
           uses.applied, uses.judged_with, uses.mean_quality_with, uses.judged_without, uses.mean_quality_without,
           uses.mean_quality_with - uses.mean_quality_without as improvement
      from prompt_enhancements r
     cross join lateral (
       select count(*) filter (where a.is_applied)::int as applied,
              count(x.quality_score) filter (where a.is_applied)::int as judged_with,
              round(avg(x.quality_score) filter (where a.is_applied), 2) as mean_quality_with,
              count(x.quality_score) filter (where not a.is_applied)::int as judged_without,
              round(avg(x.quality_score) filter (where not a.is_applied), 2) as mean_quality_without
         from executions x
        cross join lateral (
          select exists (
            select from execution_enhancements e where e.execution_id = x.id and e.enhancement_id = r.id) as is_applied) a
        where x.organization_id = r.organization_id
          and (a.is_applied
               or (r.stage is null or r.stage = x.stage) and (r.purpose is null or r.purpose = x.purpose))) uses;`);
    // only now: foreign keys to it are checked by its owner
    for (const table of [...touched, 'prompt_template_versions']) {
      this.addSql(`alter table ${table} force row level security`);
    }
  }

  override down(): void | Promise<void> {
    for (const table of [...touched, 'prompt_template_versions']) {
      this.addSql(`alter table ${table} no force row level security`);
    }
    this.addSql(`create table former_templates as
                 select v.id, v.organization_id, t.slug, v.version, v.content, v.content_hash, v.created_at
                   from prompt_template_versions v join prompt_templates t on t.id = v.template_id`);
    // what had no template, or no workflow, had no place before
    this.addSql('delete from executions where template_version_id is null or workflow_id is null');
    this.addSql(`drop view if exists "enhancement_effectiveness" cascade;`);
    this.addSql(`drop view if exists "response_quality" cascade;`);
    this.addSql(
      `alter table "prompt_enhancements" drop constraint "prompt_enhancements_context_source_id_foreign";`,
    );
    this.addSql(
      `alter table "prompt_collection_items" drop constraint "prompt_collection_items_collection_id_foreign";`,
    );
    this.addSql(
      `alter table "execution_enhancements" drop constraint "execution_enhancements_enhancement_id_foreign";`,
    );
    this.addSql(
      `alter table "experiment_variants" drop constraint "experiment_variants_experiment_id_foreign";`,
    );
    this.addSql(
      `alter table "prompt_template_label_moves" drop constraint "prompt_template_label_moves_template_version_id_foreign";`,
    );
    this.addSql(
      `alter table "prompt_template_labels" drop constraint "prompt_template_labels_template_version_id_foreign";`,
    );
    this.addSql(
      `alter table "experiment_variants" drop constraint "experiment_variants_template_version_id_foreign";`,
    );
    this.addSql(`alter table "executions" drop constraint "executions_template_version_id_foreign";`);
    this.addSql(`alter table "executions" drop constraint "executions_experiment_variant_id_foreign";`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "context_sources";`);
    this.addSql(`drop function if exists "context_sources_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "context_sources" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_collections";`);
    this.addSql(`drop function if exists "prompt_collections_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_collections" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_enhancements" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_collection_items";`);
    this.addSql(`drop function if exists "prompt_collection_items_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_collection_items";`);
    this.addSql(`drop function if exists "prompt_collection_items_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_collection_items" cascade;`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "experiments";`);
    this.addSql(`drop function if exists "experiments_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "status_transitions" on "experiments";`);
    this.addSql(`drop function if exists "experiments_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "experiments";`);
    this.addSql(`drop function if exists "experiments_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "experiments";`);
    this.addSql(`drop function if exists "experiments_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "experiments" cascade;`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "variables_are_known" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_variables_are_known_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_template_versions" cascade;`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "prompt_template_label_moves";`);
    this.addSql(`drop function if exists "prompt_template_label_moves_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_label_moves";`);
    this.addSql(`drop function if exists "prompt_template_label_moves_parent_in_organization_fn"();`);
    this.addSql(`drop table if exists "prompt_template_label_moves" cascade;`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "version_of_the_template" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_version_of_the_template_fn"();`);
    this.addSql(`drop trigger if exists "moves_are_kept" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_moves_are_kept_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_template_labels" cascade;`);
    this.addSql(`drop trigger if exists "variants_stay_as_tried" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_variants_stay_as_tried_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "experiment_variants" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "execution_enhancements";`);
    this.addSql(`drop function if exists "execution_enhancements_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "execution_enhancements";`);
    this.addSql(`drop function if exists "execution_enhancements_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "execution_enhancements" cascade;`);

    this.addSql(`drop index "executions_template_version_id_index";`);
    this.addSql(`drop index "executions_experiment_variant_id_index";`);
    this.addSql(`drop index "executions_step_id_index";`);
    this.addSql(`alter table "executions" drop constraint "executions_scores_have_a_scorer";`);
    this.addSql(`alter table "executions" drop constraint "executions_input_tokens_check";`);
    this.addSql(`alter table "executions" drop constraint "executions_output_tokens_check";`);
    this.addSql(`alter table "executions" drop constraint "executions_cost_check";`);
    this.addSql(`alter table "executions" drop constraint "executions_currency_check";`);
    this.addSql(`alter table "executions" drop constraint "executions_quality_score_check";`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "executions";`);
    this.addSql(`drop function if exists "executions_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "status_transitions" on "executions";`);
    this.addSql(`drop function if exists "executions_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_in_organization_fn"();`);
    this.addSql(
      `alter table "executions" drop column "experiment_variant_id", drop column "step_id", drop column "stage", drop column "parsed", drop column "currency", drop column "quality_score", drop column "quality_scorer", drop column "duration_ms";`,
    );
    this.addSql(`alter table "executions" rename column "template_version_id" to "template_id";`);
    this.addSql(`alter table "executions" alter column "template_id" set not null;`);
    this.addSql(`alter table "executions" alter column "workflow_id" set not null;`);
    this.addSql(`alter table "executions" rename column "cost" to "cost_usd";`);
    this.addSql(`create index "executions_template_id_index" on "executions" ("template_id");`);
    this.addSql(`create or replace function "executions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "executions" for each ROW execute function "executions_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "prompt_templates" drop constraint "prompt_templates_organization_id_slug_unique";`,
    );
    this.addSql(`alter table "prompt_templates" drop constraint "prompt_templates_slug_check";`);
    this.addSql('delete from prompt_templates');
    this.addSql(
      `alter table "prompt_templates" drop column "name", drop column "stage", drop column "purpose", drop column "description", drop column "variables";`,
    );
    this.addSql(
      `alter table "prompt_templates" add "content" text not null, add "content_hash" varchar(64) not null;`,
    );
    this.addSql(`alter table "prompt_templates" alter column "version" drop default;`);
    this.addSql(`insert into prompt_templates (id, organization_id, slug, version, content, content_hash, created_at)
                 select id, organization_id, slug, version, content, content_hash, created_at from former_templates`);
    this.addSql('drop table former_templates');
    this.addSql(
      `alter table "executions" add constraint "executions_template_id_foreign" foreign key ("template_id") references "prompt_templates" ("id");`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_organization_id_slug_content_hash_unique" unique ("organization_id", "slug", "content_hash");`,
    );
    this.addSql(
      `alter table "prompt_templates" add constraint "prompt_templates_organization_id_slug_version_unique" unique ("organization_id", "slug", "version");`,
    );
    for (const table of touched) this.addSql(`alter table ${table} force row level security`);
  }
}

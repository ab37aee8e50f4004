import { Migration } from '@mikro-orm/migrations';

export class Migration20261124151248_Keep_symbols_their_relationships_and_dependencies extends Migration {
  override name = 'Migration20261124151248_Keep_symbols_their_relationships_and_dependencies';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "external_dependencies" ("id" uuid not null, "organization_id" uuid not null, "codebase_id" uuid not null, "package_manager" varchar(50) not null, "name" varchar(255) not null, "version" varchar(100) null, "version_range" varchar(100) null, "kind" text not null default 'production', "is_direct" boolean not null default true, "manifest_path" text null, "license" varchar(255) null, "usage_count" int not null default 0, "latest_version" varchar(100) null, "is_deprecated" boolean not null default false, "vulnerability_count" int not null default 0, "highest_severity" text null, "security_score" numeric(5,2) null, "maintenance_score" numeric(5,2) null, "checked_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "external_dependencies_organization_id_name_index" on "external_dependencies" ("organization_id", "name");`,
    );
    this.addSql(
      `create unique index external_dependencies_unique on external_dependencies (codebase_id, package_manager, name, version) nulls not distinct;`,
    );

    this.addSql(
      `create table "file_metrics" ("id" uuid not null, "organization_id" uuid not null, "blob_sha" varchar(64) not null, "language" varchar(50) null, "analyzer_version" varchar(50) not null, "line_count" int not null default 0, "code_line_count" int not null default 0, "comment_line_count" int not null default 0, "function_count" int not null default 0, "class_count" int not null default 0, "cyclomatic_complexity" int not null default 0, "cognitive_complexity" int not null default 0, "complexity_score" numeric(5,2) null, "maintainability_index" numeric(5,2) null, "documentation_coverage" numeric(5,2) null, "issues" jsonb not null default '[]', "parse_error" text null, "analyzed_at" timestamptz not null default now(), "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create unique index file_metrics_content_unique on file_metrics (organization_id, blob_sha, language) nulls not distinct;`,
    );

    this.addSql(
      `create table "code_elements" ("id" uuid not null, "organization_id" uuid not null, "file_metrics_id" uuid not null, "parent_element_id" uuid null, "element_type" text not null, "name" text not null, "qualified_name" text not null, "signature" text null, "documentation" text null, "visibility" text not null default 'public', "is_exported" boolean not null default false, "is_static" boolean not null default false, "is_abstract" boolean not null default false, "is_async" boolean not null default false, "is_deprecated" boolean not null default false, "start_line" int not null, "start_column" int not null default 0, "end_line" int not null, "end_column" int not null default 0, "cyclomatic_complexity" int null, "cognitive_complexity" int null, "lines_of_code" int null, "return_type" text null, "parameters" jsonb not null default '[]', "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "code_elements_parent_element_id_index" on "code_elements" ("parent_element_id");`,
    );
    this.addSql(
      `create index "code_elements_organization_id_name_index" on "code_elements" ("organization_id", "name");`,
    );
    this.addSql(`create index code_elements_name_search on code_elements using gin (name gin_trgm_ops);`);
    this.addSql(
      `create index code_elements_qualified_name_search on code_elements using gin (qualified_name gin_trgm_ops);`,
    );
    this.addSql(
      `create unique index code_elements_place_unique on code_elements (file_metrics_id, element_type, qualified_name, start_line, start_column);`,
    );

    this.addSql(
      `create table "relationships" ("id" uuid not null, "organization_id" uuid not null, "codebase_id" uuid not null, "source_element_id" uuid not null, "target_element_id" uuid not null, "edge_type" text not null, "confidence" numeric(5,2) not null default 100, "line_number" int null, "occurrences" int not null default 1, "is_conditional" boolean not null default false, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "relationships_source_element_id_index" on "relationships" ("source_element_id");`,
    );
    this.addSql(
      `create index "relationships_target_element_id_index" on "relationships" ("target_element_id");`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_codebase_id_source_element_id_targe_48afe_unique" unique ("codebase_id", "source_element_id", "target_element_id", "edge_type");`,
    );

    this.addSql(
      `alter table "codebases" add "include_patterns" jsonb not null default '[]', add "exclude_patterns" jsonb not null default '[]';`,
    );

    this.addSql(
      `alter table "analysis_runs" add "status" text not null default 'pending', add "run_type" text not null default 'full', add "trigger_source" text not null default 'workflow', add "contents_analyzed" int not null default 0, add "contents_reused" int not null default 0, add "elements_found" int not null default 0, add "relationships_found" int not null default 0, add "dependencies_found" int not null default 0, add "issues_found" int not null default 0, add "overall_complexity" numeric(5,2) null, add "overall_maintainability" numeric(5,2) null, add "technical_debt_ms" bigint null, add "error_message" text null, add "warnings" jsonb not null default '[]', add "started_at" timestamptz null, add "completed_at" timestamptz null, add "duration_ms" bigint generated always as (((extract(epoch from (completed_at - started_at)) * 1000))::bigint) stored null;`,
    );
    // the runs that are there already were written when they were over
    this.addSql(`alter table "analysis_runs" no force row level security;`);
    this.addSql(
      `update "analysis_runs" set "status" = 'completed', "started_at" = "created_at", "completed_at" = "created_at";`,
    );
    this.addSql(`alter table "analysis_runs" force row level security;`);
    this.addSql(`alter table "analysis_runs" alter column "file_count" set default 0;`);
    this.addSql(`alter table "analysis_runs" alter column "languages" set default '{}';`);
    this.addSql(`alter table "analysis_runs" alter column "total_bytes" set default '0';`);
    this.addSql(`alter table "analysis_runs" alter column "workflow_id" drop not null;`);
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_ends_after_start" check (completed_at >= started_at);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_over_has_end" check ((status in ('pending', 'running')) = (completed_at is null));`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_file_count_check" check (file_count >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_total_bytes_check" check (total_bytes >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_contents_analyzed_check" check (contents_analyzed >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_contents_reused_check" check (contents_reused >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_elements_found_check" check (elements_found >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_relationships_found_check" check (relationships_found >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_dependencies_found_check" check (dependencies_found >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_issues_found_check" check (issues_found >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_overall_complexity_check" check (overall_complexity between 0 and 100);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_overall_maintainability_check" check (overall_maintainability between 0 and 100);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_technical_debt_ms_check" check (technical_debt_ms >= 0);`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_status_check" check ("status" in ('pending', 'running', 'completed', 'partial', 'failed', 'cancelled'));`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_run_type_check" check ("run_type" in ('full', 'incremental', 'targeted'));`,
    );
    this.addSql(
      `alter table "analysis_runs" add constraint "analysis_runs_trigger_source_check" check ("trigger_source" in ('workflow', 'manual', 'schedule', 'webhook', 'api'));`,
    );
    this.addSql(`create or replace function "analysis_runs_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['running', 'failed', 'cancelled'] when 'running' then array['completed', 'partial', 'failed', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "analysis_runs" for each ROW
  when (old.status is distinct from new.status) execute function "analysis_runs_status_transitions_fn"();`);

    this.addSql(`alter table "files" add "file_type" text not null default 'unknown';`);
    this.addSql(
      `create index "files_organization_id_blob_sha_index" on "files" ("organization_id", "blob_sha");`,
    );
    this.addSql(`create index files_path_search on files using gin (path gin_trgm_ops);`);
    this.addSql(
      `alter table "files" add constraint "files_file_type_check" check ("file_type" in ('source', 'test', 'config', 'documentation', 'build', 'data', 'binary', 'unknown'));`,
    );

    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_codebase_id_foreign" foreign key ("codebase_id") references "codebases" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_usage_count_check" check (usage_count >= 0);`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_vulnerability_count_check" check (vulnerability_count >= 0);`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_security_score_check" check (security_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_maintenance_score_check" check (maintenance_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_kind_check" check ("kind" in ('production', 'development', 'optional', 'peer', 'build'));`,
    );
    this.addSql(
      `alter table "external_dependencies" add constraint "external_dependencies_highest_severity_check" check ("highest_severity" in ('low', 'moderate', 'high', 'critical'));`,
    );
    this.addSql(`create or replace function "external_dependencies_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'external_dependencies: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "external_dependencies" for each ROW execute function "external_dependencies_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "external_dependencies" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "external_dependencies" enable row level security;`);
    this.addSql(`alter table "external_dependencies" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "external_dependencies" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_line_count_check" check (line_count >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_code_line_count_check" check (code_line_count >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_comment_line_count_check" check (comment_line_count >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_function_count_check" check (function_count >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_class_count_check" check (class_count >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_cyclomatic_complexity_check" check (cyclomatic_complexity >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_cognitive_complexity_check" check (cognitive_complexity >= 0);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_complexity_score_check" check (complexity_score between 0 and 100);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_maintainability_index_check" check (maintainability_index between 0 and 100);`,
    );
    this.addSql(
      `alter table "file_metrics" add constraint "file_metrics_documentation_coverage_check" check (documentation_coverage between 0 and 100);`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "file_metrics" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "file_metrics" enable row level security;`);
    this.addSql(`alter table "file_metrics" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "file_metrics" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "code_elements" add constraint "code_elements_file_metrics_id_foreign" foreign key ("file_metrics_id") references "file_metrics" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_parent_element_id_foreign" foreign key ("parent_element_id") references "code_elements" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_span" check ((end_line, end_column) >= (start_line, start_column));`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_not_within_itself" check (parent_element_id <> id);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_name_check" check (btrim(name) <> '');`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_start_line_check" check (start_line > 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_start_column_check" check (start_column >= 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_end_column_check" check (end_column >= 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_cyclomatic_complexity_check" check (cyclomatic_complexity >= 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_cognitive_complexity_check" check (cognitive_complexity >= 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_lines_of_code_check" check (lines_of_code >= 0);`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_element_type_check" check ("element_type" in ('function', 'class', 'method', 'variable', 'constant', 'interface', 'enum', 'type', 'module', 'namespace', 'property', 'field', 'parameter', 'import', 'export'));`,
    );
    this.addSql(
      `alter table "code_elements" add constraint "code_elements_visibility_check" check ("visibility" in ('public', 'protected', 'private', 'internal'));`,
    );
    this.addSql(`create or replace function "code_elements_parent_in_organization_fn"() returns trigger as $$ begin if new."file_metrics_id" is distinct from old."file_metrics_id" and new."file_metrics_id" is not null and not exists (
        select from "file_metrics" where id = new."file_metrics_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."file_metrics_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_element_id" is distinct from old."parent_element_id" and new."parent_element_id" is not null and not exists (
        select from "code_elements" where id = new."parent_element_id" and organization_id = new.organization_id) then
        raise exception 'code_elements: there is no % in this organisation', new."parent_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "code_elements" for each ROW execute function "code_elements_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "code_elements" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "code_elements" enable row level security;`);
    this.addSql(`alter table "code_elements" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "code_elements" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "relationships" add constraint "relationships_codebase_id_foreign" foreign key ("codebase_id") references "codebases" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_source_element_id_foreign" foreign key ("source_element_id") references "code_elements" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_target_element_id_foreign" foreign key ("target_element_id") references "code_elements" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_not_to_itself" check (source_element_id <> target_element_id);`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_confidence_check" check (confidence between 0 and 100);`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_line_number_check" check (line_number > 0);`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_occurrences_check" check (occurrences > 0);`,
    );
    this.addSql(
      `alter table "relationships" add constraint "relationships_edge_type_check" check ("edge_type" in ('calls', 'imports', 'inherits', 'implements', 'uses', 'defines', 'references', 'contains', 'depends_on', 'overrides', 'extends'));`,
    );
    this.addSql(`create or replace function "relationships_parent_in_organization_fn"() returns trigger as $$ begin if new."codebase_id" is distinct from old."codebase_id" and new."codebase_id" is not null and not exists (
        select from "codebases" where id = new."codebase_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."codebase_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."source_element_id" is distinct from old."source_element_id" and new."source_element_id" is not null and not exists (
        select from "code_elements" where id = new."source_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."source_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."target_element_id" is distinct from old."target_element_id" and new."target_element_id" is not null and not exists (
        select from "code_elements" where id = new."target_element_id" and organization_id = new.organization_id) then
        raise exception 'relationships: there is no % in this organisation', new."target_element_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "relationships" for each ROW execute function "relationships_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "relationships" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "relationships" enable row level security;`);
    this.addSql(`alter table "relationships" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "relationships" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`create view "dependency_analysis" as select c.id as codebase_id, c.organization_id, d.*
      from codebases c
      cross join lateral (
        select count(*)::int as dependencies, count(*) filter (where kind = 'production')::int as production_dependencies,
               count(*) filter (where vulnerability_count > 0)::int as vulnerable_dependencies,
               coalesce(sum(vulnerability_count), 0)::int as vulnerabilities,
               count(*) filter (where is_deprecated)::int as deprecated_dependencies, round(avg(security_score), 2) as mean_security_score
          from external_dependencies where codebase_id = c.id) d;`);

    this.addSql(`create view "code_complexity_analysis" as select f.organization_id, f.codebase_id, e.element_type, count(*)::int as elements,
           round(avg(e.cyclomatic_complexity), 2) as mean_complexity, max(e.cyclomatic_complexity) as max_complexity,
           count(*) filter (where e.cyclomatic_complexity > 10)::int as complex_elements
      from files f
      join file_metrics m on m.organization_id = f.organization_id and m.blob_sha = f.blob_sha and m.language is not distinct from f.language
      join code_elements e on e.file_metrics_id = m.id
     group by 1, 2, 3;`);

    this.addSql(`create view "codebase_overview" as select c.id, c.organization_id, c.repository_id, c.branch, f.files, f.total_bytes, f.lines, f.elements, f.mean_complexity,
           f.mean_maintainability, r.relationships, d.dependencies, a.last_run_id, a.last_commit_sha, a.last_analyzed_at
      from codebases c
      cross join lateral (
        select count(*)::int as files, coalesce(sum(size_bytes), 0)::bigint as total_bytes, coalesce(sum(m.line_count), 0)::bigint as lines,
               coalesce(sum(e.elements), 0)::int as elements, round(avg(m.complexity_score), 2) as mean_complexity,
               round(avg(m.maintainability_index), 2) as mean_maintainability
          from files
          left join file_metrics m on m.organization_id = files.organization_id and m.blob_sha = files.blob_sha
                                  and m.language is not distinct from files.language
          left join lateral (select count(*) as elements from code_elements where file_metrics_id = m.id) e on true
         where files.codebase_id = c.id) f
      cross join lateral (select count(*)::int as relationships from relationships where codebase_id = c.id) r
      cross join lateral (select count(*)::int as dependencies from external_dependencies where codebase_id = c.id) d
      left join lateral (
        select id as last_run_id, commit_sha as last_commit_sha, completed_at as last_analyzed_at
          from analysis_runs where codebase_id = c.id and status in ('completed', 'partial')
         order by completed_at desc limit 1) a on true;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "codebase_overview" cascade;`);
    this.addSql(`drop view if exists "code_complexity_analysis" cascade;`);
    this.addSql(`drop view if exists "dependency_analysis" cascade;`);
    this.addSql(`alter table "code_elements" drop constraint "code_elements_file_metrics_id_foreign";`);
    this.addSql(`alter table "code_elements" drop constraint "code_elements_parent_element_id_foreign";`);
    this.addSql(`alter table "relationships" drop constraint "relationships_source_element_id_foreign";`);
    this.addSql(`alter table "relationships" drop constraint "relationships_target_element_id_foreign";`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "external_dependencies";`);
    this.addSql(`drop function if exists "external_dependencies_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "external_dependencies";`);
    this.addSql(`drop function if exists "external_dependencies_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "external_dependencies" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "file_metrics";`);
    this.addSql(`drop function if exists "file_metrics_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "file_metrics" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "code_elements";`);
    this.addSql(`drop function if exists "code_elements_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "code_elements";`);
    this.addSql(`drop function if exists "code_elements_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "code_elements" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "relationships";`);
    this.addSql(`drop function if exists "relationships_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "relationships";`);
    this.addSql(`drop function if exists "relationships_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "relationships" cascade;`);

    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_ends_after_start";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_over_has_end";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_file_count_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_total_bytes_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_contents_analyzed_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_contents_reused_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_elements_found_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_relationships_found_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_dependencies_found_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_issues_found_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_overall_complexity_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_overall_maintainability_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_technical_debt_ms_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_status_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_run_type_check";`);
    this.addSql(`alter table "analysis_runs" drop constraint "analysis_runs_trigger_source_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "analysis_runs";`);
    this.addSql(`drop function if exists "analysis_runs_status_transitions_fn"();`);
    // worked out from two of the others
    this.addSql(`alter table "analysis_runs" drop column "duration_ms";`);
    this.addSql(
      `alter table "analysis_runs" drop column "status", drop column "run_type", drop column "trigger_source", drop column "contents_analyzed", drop column "contents_reused", drop column "elements_found", drop column "relationships_found", drop column "dependencies_found", drop column "issues_found", drop column "overall_complexity", drop column "overall_maintainability", drop column "technical_debt_ms", drop column "error_message", drop column "warnings", drop column "started_at", drop column "completed_at";`,
    );
    this.addSql(`alter table "analysis_runs" alter column "workflow_id" set not null;`);
    this.addSql(`alter table "analysis_runs" alter column "languages" drop default;`);
    this.addSql(`alter table "analysis_runs" alter column "file_count" drop default;`);
    this.addSql(`alter table "analysis_runs" alter column "total_bytes" drop default;`);

    this.addSql(`alter table "codebases" drop column "include_patterns", drop column "exclude_patterns";`);

    this.addSql(`drop index "files_organization_id_blob_sha_index";`);
    this.addSql(`drop index "files_path_search";`);
    this.addSql(`alter table "files" drop constraint "files_file_type_check";`);
    this.addSql(`alter table "files" drop column "file_type";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

/** Whose rows the migration reads or changes. */
const touched = [
  'github_projects',
  'requirement_documents',
  'requirement_decompositions',
  'decomposed_steps',
  'pull_requests',
];

export class Migration20261124151120_Complete_the_tables_and_views extends Migration {
  override name = 'Migration20261124151120_Complete_the_tables_and_views';

  override up(): void | Promise<void> {
    for (const table of touched) this.addSql(`alter table ${table} no force row level security`);
    this.addSql('update github_projects set pin_order = null where not is_pinned or pin_order < 1');
    this.addSql(`update github_projects g set pin_order = p.place
                   from (select id, row_number() over (partition by organization_id order by pin_order, created_at) as place
                           from github_projects where pin_order is not null) p
                  where p.id = g.id and g.pin_order <> p.place`);

    this.addSql(
      `create table "prompt_enhancements" ("id" uuid not null, "organization_id" uuid not null, "step_id" uuid not null, "execution_id" uuid not null, "enhancement_id" uuid not null, "score_before" numeric(5,2) null, "score_after" numeric(5,2) not null, "improvement" numeric(5,2) generated always as (score_after - score_before) stored null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "prompt_enhancements_step_id_index" on "prompt_enhancements" ("step_id");`);
    this.addSql(
      `create index "prompt_enhancements_enhancement_id_index" on "prompt_enhancements" ("enhancement_id");`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_execution_id_enhancement_id_unique" unique ("execution_id", "enhancement_id");`,
    );

    this.addSql(
      `create table "tasks" ("id" uuid not null, "organization_id" uuid not null, "github_project_id" uuid not null, "step_id" uuid null, "parent_id" uuid null, "title" varchar(255) not null, "description" text not null default '', "task_type" text not null default 'feature_development', "status" text not null default 'pending', "priority" text not null default 'normal', "assignee_id" uuid null, "created_by" varchar(255) not null, "due_on" date null, "started_at" timestamptz null, "ended_at" timestamptz null, "search" tsvector generated always as (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'B')) stored null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "tasks_github_project_id_index" on "tasks" ("github_project_id");`);
    this.addSql(`create index "tasks_step_id_index" on "tasks" ("step_id");`);
    this.addSql(`create index "tasks_parent_id_index" on "tasks" ("parent_id");`);
    this.addSql(`create index "tasks_search" on "tasks" using gin ("search");`);
    this.addSql(
      `create index tasks_open_of_assignee on tasks (organization_id, assignee_id, due_on) where status not in ('completed', 'cancelled');`,
    );

    this.addSql(
      `alter table "github_projects" drop constraint "github_projects_organization_id_github_owner_gith_038b3_unique";`,
    );
    this.addSql(
      `alter table "github_projects" add "archived_at" timestamptz null, add "version" int not null default 1;`,
    );
    this.addSql(`create index "github_projects_project_id_index" on "github_projects" ("project_id");`);
    this.addSql(
      `create index github_projects_name_search on github_projects using gin ((github_owner || '/' || github_repo_name) gin_trgm_ops);`,
    );
    this.addSql(
      `create unique index github_projects_repository_unique on github_projects (organization_id, lower(github_owner), lower(github_repo_name));`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_pin_order_unique" unique ("organization_id", "pin_order") deferrable initially deferred;`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_only_pinned_have_a_place" check (is_pinned or pin_order is null);`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_archived_are_not_pinned" check (archived_at is null or not is_pinned);`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_pin_order_check" check (pin_order > 0);`,
    );

    this.addSql(
      `alter table "requirement_documents" add "change_note" text null, add "status" text not null default 'draft', add "search" tsvector generated always as (setweight(to_tsvector('english', content), 'A')) stored null;`,
    );
    this.addSql(`alter table "requirement_documents" alter column "workflow_id" drop not null;`);
    // so far there were only those that a workflow had taken on
    this.addSql(`update requirement_documents set status = 'approved'`);
    this.addSql(
      `create index "requirement_documents_search" on "requirement_documents" using gin ("search");`,
    );
    this.addSql(
      `alter table "requirement_documents" add constraint "requirement_documents_version_check" check (version > 0);`,
    );
    this.addSql(
      `alter table "requirement_documents" add constraint "requirement_documents_status_check" check ("status" in ('draft', 'review', 'approved', 'implemented'));`,
    );
    this.addSql(`create or replace function "requirement_documents_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'github_project_id, version, content, content_hash, author'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "requirement_documents" for each ROW
  when (old.github_project_id is distinct from new.github_project_id or old.version is distinct from new.version or old.content is distinct from new.content or old.content_hash is distinct from new.content_hash or old.author is distinct from new.author) execute function "requirement_documents_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "requirement_documents_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'draft' then array['review', 'approved'] when 'review' then array['draft', 'approved'] when 'approved' then array['review', 'implemented'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "requirement_documents" for each ROW
  when (old.status is distinct from new.status) execute function "requirement_documents_status_transitions_fn"();`);

    this.addSql(
      `alter table "requirement_decompositions" add "quality_score" numeric(5,2) null, add "version" int not null default 1;`,
    );
    this.addSql(
      `alter table "requirement_decompositions" add constraint "requirement_decompositions_quality_score_check" check (quality_score between 0 and 100);`,
    );
    this.addSql(`create or replace function "requirement_decompositions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'proposed' then array['approved', 'rejected'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "requirement_decompositions" for each ROW
  when (old.status is distinct from new.status) execute function "requirement_decompositions_status_transitions_fn"();`);

    this.addSql(
      `alter table "decomposed_steps" add "specific_requirements" jsonb not null default '[]', add "implementation_approach" text null, add "started_at" timestamptz null, add "ended_at" timestamptz null, add "actual_effort_ms" bigint null, add "search" tsvector generated always as (setweight(to_tsvector('english', step_name), 'A') || setweight(to_tsvector('english', description), 'B')) stored null, add "version" int not null default 1;`,
    );
    this.addSql(`create index "decomposed_steps_search" on "decomposed_steps" using gin ("search");`);
    this.addSql(
      `create index decomposed_steps_name_search on decomposed_steps using gin (step_name gin_trgm_ops);`,
    );
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_actual_effort_ms_check" check (actual_effort_ms >= 0);`,
    );
    this.addSql(`create or replace function "decomposed_steps_columns_are_fixed_fn"() returns trigger as $$ begin raise exception '% %: % cannot be changed once written', tg_table_name, old.id, 'requirement_decomposition_id'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(`create trigger "columns_are_fixed" BEFORE UPDATE on "decomposed_steps" for each ROW
  when (old.requirement_decomposition_id is distinct from new.requirement_decomposition_id) execute function "decomposed_steps_columns_are_fixed_fn"();`);
    this.addSql(`create or replace function "decomposed_steps_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'draft' then array['in_progress', 'failed', 'skipped'] when 'in_progress' then array['review', 'failed', 'skipped'] when 'review' then array['in_progress', 'completed', 'failed', 'skipped'] when 'failed' then array['in_progress', 'review', 'completed', 'skipped'] when 'skipped' then array['in_progress', 'review', 'failed'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "decomposed_steps" for each ROW
  when (old.status is distinct from new.status) execute function "decomposed_steps_status_transitions_fn"();`);

    this.addSql(`create or replace function "step_dependencies_steps_stay_acyclic_fn"() returns trigger as $$ begin declare plan uuid;         begin
          if current_setting('transaction_isolation') = 'repeatable read' then
            raise exception 'step_dependencies: use read committed or serializable, or a cycle could slip in'
              using errcode = 'feature_not_supported', table = tg_table_name;           end if;           select s.requirement_decomposition_id into plan
            from decomposed_steps s join decomposed_steps d using (requirement_decomposition_id)
           where s.id = new.step_id and d.id = new.depends_on_id;           if plan is null then
            raise exception 'step_dependencies: the steps % and % are not of one plan', new.step_id, new.depends_on_id
              using errcode = 'check_violation', constraint = 'steps_of_one_plan', table = tg_table_name;           end if;           perform from requirement_decompositions where id = plan for no key update;           if exists (
            with recursive earlier(id) as (
              select new.depends_on_id
              union
              select d.depends_on_id from step_dependencies d join earlier on d.step_id = earlier.id
               where d.id <> new.id)
            select from earlier where id = new.step_id) then
            raise exception 'step_dependencies: % depends on % already, so the reverse would be a cycle', new.depends_on_id, new.step_id
              using errcode = 'check_violation', constraint = 'steps_stay_acyclic', table = tg_table_name;           end if;         end;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "steps_stay_acyclic" BEFORE INSERT OR UPDATE on "step_dependencies" for each ROW execute function "step_dependencies_steps_stay_acyclic_fn"();`,
    );

    this.addSql(`alter table "pull_requests" drop constraint "pull_requests_status_check";`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_in_organization_fn"();`);
    this.addSql(
      `alter table "pull_requests" add "github_project_id" uuid null, add "merged_at" timestamptz null;`,
    );
    this.addSql(`update pull_requests q
                    set github_project_id = d.github_project_id,
                        merged_at = case when q.status = 'merged' then q.updated_at end
                   from decomposed_steps s
                   join requirement_decompositions r on r.id = s.requirement_decomposition_id
                   join requirement_documents d on d.id = r.requirement_document_id
                  where s.id = q.step_id`);
    this.addSql(`alter table "pull_requests" alter column "github_project_id" set not null`);
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_github_project_id_foreign" foreign key ("github_project_id") references "github_projects" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_github_project_id_number_unique" unique ("github_project_id", "number");`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_number_check" check (number > 0);`,
    );
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_status_check" check ("status" in ('open', 'validated', 'rejected', 'merged', 'closed'));`,
    );
    this.addSql(`create or replace function "pull_requests_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'open' then array['validated', 'rejected', 'merged', 'closed'] when 'validated' then array['open', 'rejected', 'merged', 'closed'] when 'rejected' then array['open', 'validated', 'merged', 'closed'] when 'closed' then array['open', 'validated', 'rejected', 'merged'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "pull_requests" for each ROW
  when (old.status is distinct from new.status) execute function "pull_requests_status_transitions_fn"();`);
    this.addSql(`create or replace function "pull_requests_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pull_requests" for each ROW execute function "pull_requests_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_step_id_foreign" foreign key ("step_id") references "decomposed_steps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_score_before_check" check (score_before between 0 and 100);`,
    );
    this.addSql(
      `alter table "prompt_enhancements" add constraint "prompt_enhancements_score_after_check" check (score_after between 0 and 100);`,
    );
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."step_id"
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
      `alter table "tasks" add constraint "tasks_github_project_id_foreign" foreign key ("github_project_id") references "github_projects" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "tasks" add constraint "tasks_step_id_foreign" foreign key ("step_id") references "decomposed_steps" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "tasks" add constraint "tasks_parent_id_foreign" foreign key ("parent_id") references "tasks" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "tasks" add constraint "tasks_title_check" check (btrim(title) <> '');`);
    this.addSql(
      `alter table "tasks" add constraint "tasks_task_type_check" check ("task_type" in ('feature_development', 'bug_fix', 'testing', 'code_review', 'documentation', 'deployment', 'research', 'maintenance'));`,
    );
    this.addSql(
      `alter table "tasks" add constraint "tasks_status_check" check ("status" in ('pending', 'in_progress', 'blocked', 'review', 'completed', 'failed', 'cancelled'));`,
    );
    this.addSql(
      `alter table "tasks" add constraint "tasks_priority_check" check ("priority" in ('low', 'normal', 'high', 'urgent'));`,
    );
    this.addSql(`create or replace function "tasks_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'pending' then array['in_progress', 'blocked', 'completed', 'cancelled'] when 'in_progress' then array['pending', 'blocked', 'review', 'completed', 'failed', 'cancelled'] when 'blocked' then array['pending', 'in_progress', 'cancelled'] when 'review' then array['in_progress', 'completed', 'failed', 'cancelled'] when 'failed' then array['pending', 'in_progress', 'cancelled'] when 'completed' then array['in_progress'] when 'cancelled' then array['pending'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "tasks" for each ROW
  when (old.status is distinct from new.status) execute function "tasks_status_transitions_fn"();`);
    this.addSql(`create or replace function "tasks_parts_stay_a_tree_fn"() returns trigger as $$ begin perform from github_projects where id = new.github_project_id for no key update;         if not exists (select from tasks where id = new.parent_id and github_project_id = new.github_project_id) then
          raise exception 'tasks: % is no task of the same project', new.parent_id
            using errcode = 'check_violation', constraint = 'parts_of_one_project', table = tg_table_name;         end if;         if exists (
          with recursive wholes(id) as (
            select new.parent_id
            union
            select t.parent_id from tasks t join wholes on t.id = wholes.id where t.parent_id is not null)
          select from wholes where id = new.id) then
          raise exception 'tasks: % cannot be part of itself', new.id
            using errcode = 'check_violation', constraint = 'parts_stay_a_tree', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parts_stay_a_tree" BEFORE INSERT OR UPDATE on "tasks" for each ROW
  when (new.parent_id is not null) execute function "tasks_parts_stay_a_tree_fn"();`);
    this.addSql(`create or replace function "tasks_parent_in_organization_fn"() returns trigger as $$ begin if new."github_project_id" is distinct from old."github_project_id" and new."github_project_id" is not null and not exists (
        select from "github_projects" where id = new."github_project_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."github_project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."parent_id" is distinct from old."parent_id" and new."parent_id" is not null and not exists (
        select from "tasks" where id = new."parent_id" and organization_id = new.organization_id) then
        raise exception 'tasks: there is no % in this organisation', new."parent_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "tasks" for each ROW execute function "tasks_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "tasks" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "tasks" enable row level security;`);
    this.addSql(`alter table "tasks" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "tasks" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`create view "step_execution_progress" as select s.id, s.organization_id, s.workflow_id, s.requirement_decomposition_id, d.github_project_id,
           g.github_owner, g.github_repo_name, s.step_number, s.step_name, s.status, s.branch_name,
           s.linear_issue_key, q.number as pull_request_number, q.status as pull_request_status, q.score,
           dependencies.total as dependencies, dependencies.open as open_dependencies,
           s.started_at, s.ended_at,
           (extract(epoch from s.ended_at - s.started_at) * 1000)::bigint as duration_ms
      from decomposed_steps s
      join requirement_decompositions r on r.id = s.requirement_decomposition_id
      join requirement_documents d on d.id = r.requirement_document_id
      join github_projects g on g.id = d.github_project_id
      left join pull_requests q on q.step_id = s.id
     cross join lateral (
       select count(*)::int as total, count(*) filter (where b.status <> 'completed')::int as open
         from step_dependencies e join decomposed_steps b on b.id = e.depends_on_id
        where e.step_id = s.id) dependencies
     order by r.created_at desc, s.requirement_decomposition_id, s.step_number;`);

    this.addSql(`create view "dashboard_projects" as select g.id, g.organization_id, g.project_id, g.github_owner, g.github_repo_name, g.is_pinned, g.pin_order,
           steps.total as steps, steps.completed as completed_steps, steps.failed as failed_steps,
           pulls.open as open_pull_requests,
           latest.id as latest_decomposition_id, latest.title as latest_title, latest.status as latest_status,
           latest.workflow_id as latest_workflow_id,
           greatest(g.updated_at, latest.updated_at) as active_at
      from github_projects g
     cross join lateral (
       select count(*)::int as total, count(*) filter (where s.status = 'completed')::int as completed,
              count(*) filter (where s.status = 'failed')::int as failed
         from decomposed_steps s
         join requirement_decompositions r on r.id = s.requirement_decomposition_id
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id) steps
     cross join lateral (
       select count(*)::int as open from pull_requests q
        where q.github_project_id = g.id and q.status not in ('merged', 'closed')) pulls
      left join lateral (
       select r.id, r.title, r.status, r.workflow_id, r.updated_at
         from requirement_decompositions r
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id
        order by d.version desc, r.created_at desc limit 1) latest on true
     where g.archived_at is null
     order by g.is_pinned desc, g.pin_order nulls last, active_at desc;`);
    for (const table of touched) this.addSql(`alter table ${table} force row level security`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "dashboard_projects" cascade;`);
    this.addSql(`drop view if exists "step_execution_progress" cascade;`);
    this.addSql(`alter table "tasks" drop constraint "tasks_parent_id_foreign";`);

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "prompt_enhancements" cascade;`);
    this.addSql(`drop trigger if exists "status_transitions" on "tasks";`);
    this.addSql(`drop function if exists "tasks_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parts_stay_a_tree" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parts_stay_a_tree_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "tasks";`);
    this.addSql(`drop function if exists "tasks_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "tasks" cascade;`);

    this.addSql(`alter table "pull_requests" drop constraint "pull_requests_github_project_id_foreign";`);

    this.addSql(`drop index "decomposed_steps_search";`);
    this.addSql(`drop index "decomposed_steps_name_search";`);
    this.addSql(`alter table "decomposed_steps" drop constraint "decomposed_steps_actual_effort_ms_check";`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "status_transitions" on "decomposed_steps";`);
    this.addSql(`drop function if exists "decomposed_steps_status_transitions_fn"();`);
    this.addSql(
      `alter table "decomposed_steps" drop column "specific_requirements", drop column "implementation_approach", drop column "started_at", drop column "ended_at", drop column "actual_effort_ms", drop column "search", drop column "version";`,
    );

    this.addSql(`drop index "github_projects_project_id_index";`);
    this.addSql(`drop index "github_projects_name_search";`);
    this.addSql(`drop index "github_projects_repository_unique";`);
    this.addSql(`alter table "github_projects" drop constraint "github_projects_pin_order_unique";`);
    this.addSql(`alter table "github_projects" drop constraint "github_projects_only_pinned_have_a_place";`);
    this.addSql(`alter table "github_projects" drop constraint "github_projects_archived_are_not_pinned";`);
    this.addSql(`alter table "github_projects" drop constraint "github_projects_pin_order_check";`);
    this.addSql(`alter table "github_projects" drop column "archived_at", drop column "version";`);
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_organization_id_github_owner_gith_038b3_unique" unique ("organization_id", "github_owner", "github_repo_name");`,
    );

    this.addSql(
      `alter table "pull_requests" drop constraint "pull_requests_github_project_id_number_unique";`,
    );
    this.addSql(`alter table "pull_requests" drop constraint "pull_requests_number_check";`);
    this.addSql(`alter table "pull_requests" drop constraint "pull_requests_status_check";`);
    this.addSql(`drop trigger if exists "status_transitions" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_status_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "pull_requests";`);
    this.addSql(`drop function if exists "pull_requests_parent_in_organization_fn"();`);
    this.addSql(`alter table "pull_requests" drop column "github_project_id", drop column "merged_at";`);
    this.addSql('alter table pull_requests no force row level security');
    this.addSql(`update pull_requests set status = 'rejected' where status = 'closed'`);
    this.addSql('alter table pull_requests force row level security');
    this.addSql(
      `alter table "pull_requests" add constraint "pull_requests_status_check" check ("status" in ('open', 'validated', 'rejected', 'merged'));`,
    );
    this.addSql(`create or replace function "pull_requests_parent_in_organization_fn"() returns trigger as $$ begin if new."step_id" is distinct from old."step_id" and new."step_id" is not null and not exists (
        select from "decomposed_steps" where id = new."step_id" and organization_id = new.organization_id) then
        raise exception 'pull_requests: there is no % in this organisation', new."step_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pull_requests" for each ROW execute function "pull_requests_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "requirement_decompositions" drop constraint "requirement_decompositions_quality_score_check";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_status_transitions_fn"();`);
    this.addSql(
      `alter table "requirement_decompositions" drop column "quality_score", drop column "version";`,
    );

    this.addSql(`drop index "requirement_documents_search";`);
    this.addSql(`alter table "requirement_documents" drop constraint "requirement_documents_version_check";`);
    this.addSql(`alter table "requirement_documents" drop constraint "requirement_documents_status_check";`);
    this.addSql(`drop trigger if exists "columns_are_fixed" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_columns_are_fixed_fn"();`);
    this.addSql(`drop trigger if exists "status_transitions" on "requirement_documents";`);
    this.addSql(`drop function if exists "requirement_documents_status_transitions_fn"();`);
    this.addSql(
      `alter table "requirement_documents" drop column "change_note", drop column "status", drop column "search";`,
    );
    // what no workflow has taken on had no place before
    this.addSql('alter table requirement_documents no force row level security');
    this.addSql('delete from requirement_documents where workflow_id is null');
    this.addSql('alter table requirement_documents force row level security');
    this.addSql(`alter table "requirement_documents" alter column "workflow_id" set not null;`);

    this.addSql(`drop trigger if exists "steps_stay_acyclic" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_steps_stay_acyclic_fn"();`);
  }
}

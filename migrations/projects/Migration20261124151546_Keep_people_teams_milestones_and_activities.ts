import { Migration } from '@mikro-orm/migrations';

export class Migration20261124151546_Keep_people_teams_milestones_and_activities extends Migration {
  override name = 'Migration20261124151546_Keep_people_teams_milestones_and_activities';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "teams" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "description" text null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create unique index teams_name_unique on teams (organization_id, lower(name));`);

    this.addSql(
      `create table "users" ("id" uuid not null, "organization_id" uuid not null, "name" varchar(255) not null, "email" varchar(320) not null, "github_login" varchar(255) null, "linear_user_id" uuid null, "avatar_url" text null, "deactivated_at" timestamptz null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create unique index users_email_unique on users (lower(email)) where deactivated_at is null;`,
    );
    this.addSql(
      `create unique index users_github_login_unique on users (organization_id, lower(github_login)) where deactivated_at is null;`,
    );
    this.addSql(
      `create unique index users_linear_user_id_unique on users (organization_id, linear_user_id) where deactivated_at is null;`,
    );

    this.addSql(
      `create table "memberships" ("id" uuid not null, "organization_id" uuid not null, "user_id" uuid not null, "role" text not null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "memberships_user_id_index" on "memberships" ("user_id");`);
    this.addSql(
      `alter table "memberships" add constraint "memberships_organization_id_user_id_unique" unique ("organization_id", "user_id");`,
    );

    this.addSql(
      `create table "team_members" ("id" uuid not null, "organization_id" uuid not null, "team_id" uuid not null, "membership_id" uuid not null, "role" text not null default 'developer', "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "team_members_membership_id_index" on "team_members" ("membership_id");`);
    this.addSql(
      `alter table "team_members" add constraint "team_members_team_id_membership_id_unique" unique ("team_id", "membership_id");`,
    );

    this.addSql(
      `create table "project_activities" ("id" uuid not null, "organization_id" uuid not null, "project_id" uuid not null, "activity_type" varchar(100) not null, "actor" varchar(255) not null, "workflow_id" uuid null, "details" jsonb not null default '{}', "occurred_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "project_activities_project_id_occurred_at_index" on "project_activities" ("project_id", "occurred_at");`,
    );
    this.addSql(
      `create index "project_activities_workflow_id_index" on "project_activities" ("workflow_id");`,
    );

    this.addSql(
      `create table "milestones" ("id" uuid not null, "organization_id" uuid not null, "project_id" uuid not null, "name" varchar(255) not null, "description" text null, "state" text not null default 'open', "due_date" date null, "completed_at" timestamptz null, "version" int not null default 1, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "milestones_project_id_index" on "milestones" ("project_id");`);
    this.addSql(
      `create unique index milestones_name_unique on milestones (project_id, lower(name)) where state <> 'cancelled';`,
    );

    this.addSql(
      `alter table "api_keys" add "role" text not null default 'admin', add "expires_at" timestamptz null;`,
    );
    // keys that exist already go on doing what they did
    this.addSql(`alter table "api_keys" alter column "role" set default 'viewer';`);
    this.addSql(
      `alter table "api_keys" add constraint "api_keys_role_check" check ("role" in ('viewer', 'operator', 'admin'));`,
    );

    this.addSql(
      `alter table "organizations" add "description" text null, add "settings" jsonb not null default '{}', add "archived_at" timestamptz null, add "version" int not null default 1;`,
    );

    this.addSql(`alter table "projects" drop constraint "projects_organization_id_slug_unique";`);
    this.addSql(
      `alter table "projects" add "status" text not null default 'active', add "priority" text not null default 'normal', add "owner_id" uuid null, add "team_id" uuid null, add "start_date" date null, add "end_date" date null, add "budget" numeric(14,2) null, add "budget_currency" varchar(3) null, add "version" int not null default 1;`,
    );
    // a foreign key is checked by reading both tables, as their owner
    this.addSql(`alter table "projects" no force row level security;`);
    this.addSql(
      `alter table "projects" add constraint "projects_owner_id_foreign" foreign key ("owner_id") references "memberships" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_team_id_foreign" foreign key ("team_id") references "teams" ("id") on delete set null;`,
    );
    this.addSql(`alter table "projects" force row level security;`);
    this.addSql(`create index "projects_owner_id_index" on "projects" ("owner_id");`);
    this.addSql(`create index "projects_team_id_index" on "projects" ("team_id");`);
    this.addSql(
      `create index "projects_organization_id_status_index" on "projects" ("organization_id", "status");`,
    );
    this.addSql(
      `create unique index projects_slug_unique on projects (organization_id, lower(slug)) where status <> 'archived';`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_dates_check" check (end_date >= start_date);`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_budget_has_currency" check ((budget is null) = (budget_currency is null));`,
    );
    this.addSql(`alter table "projects" add constraint "projects_budget_check" check (budget >= 0);`);
    this.addSql(
      `alter table "projects" add constraint "projects_budget_currency_check" check (length(budget_currency) = 3);`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_status_check" check ("status" in ('planning', 'active', 'on_hold', 'completed', 'cancelled', 'archived'));`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_priority_check" check ("priority" in ('low', 'normal', 'high', 'urgent', 'critical'));`,
    );
    this.addSql(`create or replace function "projects_parent_in_organization_fn"() returns trigger as $$ begin if new."owner_id" is distinct from old."owner_id" and new."owner_id" is not null and not exists (
        select from "memberships" where id = new."owner_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."owner_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."team_id" is distinct from old."team_id" and new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "projects" for each ROW execute function "projects_parent_in_organization_fn"();`,
    );

    this.addSql(
      `alter table "repositories" drop constraint "repositories_organization_id_provider_owner_name_unique";`,
    );
    this.addSql(
      `alter table "repositories" add "role" text not null default 'primary', add "is_archived" boolean not null default false, add "languages" jsonb not null default '{}', add "topics" varchar(255)[] not null default '{}', add "last_activity_at" timestamptz null;`,
    );
    this.addSql(
      `create index "repositories_organization_id_last_activity_at_index" on "repositories" ("organization_id", "last_activity_at");`,
    );
    this.addSql(
      `create unique index repositories_name_unique on repositories (organization_id, provider, lower(owner), lower(name));`,
    );
    this.addSql(
      `alter table "repositories" add constraint "repositories_role_check" check ("role" in ('primary', 'secondary', 'dependency', 'documentation'));`,
    );

    this.addSql(
      `create trigger updated_at_moves before update on "teams" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "teams" enable row level security;`);
    this.addSql(`alter table "teams" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "teams" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `create trigger updated_at_moves before update on "users" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "users" enable row level security;`);
    this.addSql(`alter table "users" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "users" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
    this.addSql(
      `create policy "members_are_seen" on "users" for select using (id in (select user_id from memberships where organization_id = (select current_setting('app.organization_id')::uuid)));`,
    );

    this.addSql(
      `alter table "memberships" add constraint "memberships_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "memberships" add constraint "memberships_role_check" check ("role" in ('viewer', 'operator', 'admin'));`,
    );
    this.addSql(`create or replace function "memberships_parent_in_organization_fn"() returns trigger as $$ begin if new."user_id" is distinct from old."user_id" and new."user_id" is not null and not exists (
        select from "users" where id = new."user_id") then
        raise exception 'memberships: there is no % in this organisation', new."user_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "memberships" for each ROW execute function "memberships_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "memberships" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "memberships" enable row level security;`);
    this.addSql(`alter table "memberships" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "memberships" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "team_members" add constraint "team_members_team_id_foreign" foreign key ("team_id") references "teams" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "team_members" add constraint "team_members_membership_id_foreign" foreign key ("membership_id") references "memberships" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "team_members" add constraint "team_members_role_check" check ("role" in ('lead', 'maintainer', 'developer', 'reviewer'));`,
    );
    this.addSql(`create or replace function "team_members_parent_in_organization_fn"() returns trigger as $$ begin if new."team_id" is distinct from old."team_id" and new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."membership_id" is distinct from old."membership_id" and new."membership_id" is not null and not exists (
        select from "memberships" where id = new."membership_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."membership_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "team_members" for each ROW execute function "team_members_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "team_members" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "team_members" enable row level security;`);
    this.addSql(`alter table "team_members" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "team_members" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "project_activities" add constraint "project_activities_project_id_foreign" foreign key ("project_id") references "projects" ("id") on delete cascade;`,
    );
    this.addSql(`create or replace function "project_activities_only_grows_fn"() returns trigger as $$ begin if tg_op = 'DELETE' and (pg_trigger_depth() > 1 or coalesce(current_setting('app.organization_id', true), '') = '') then
          return old;         end if;         raise exception '%: what has happened stays as it was noted', tg_table_name
          using errcode = 'check_violation', constraint = 'only_grows', table = tg_table_name; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "only_grows" BEFORE UPDATE OR DELETE on "project_activities" for each ROW execute function "project_activities_only_grows_fn"();`,
    );
    this.addSql(`create or replace function "project_activities_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'project_activities: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "project_activities" for each ROW execute function "project_activities_parent_in_organization_fn"();`,
    );
    this.addSql(`alter table "project_activities" enable row level security;`);
    this.addSql(`alter table "project_activities" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "project_activities" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "milestones" add constraint "milestones_project_id_foreign" foreign key ("project_id") references "projects" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "milestones" add constraint "milestones_completed_when_reached" check ((state = 'reached') = (completed_at is not null));`,
    );
    this.addSql(
      `alter table "milestones" add constraint "milestones_state_check" check ("state" in ('open', 'reached', 'cancelled'));`,
    );
    this.addSql(`create or replace function "milestones_state_transitions_fn"() returns trigger as $$ begin if new.state is null or not new.state = any (case old.state when 'open' then array['reached', 'cancelled'] when 'reached' then array['open'] when 'cancelled' then array['open'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.state, 'null'), old.state
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "state_transitions" BEFORE UPDATE on "milestones" for each ROW
  when (old.state is distinct from new.state) execute function "milestones_state_transitions_fn"();`);
    this.addSql(`create or replace function "milestones_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'milestones: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "milestones" for each ROW execute function "milestones_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "milestones" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "milestones" enable row level security;`);
    this.addSql(`alter table "milestones" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "milestones" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(`create view "project_repository_summary" as select r.id, r.organization_id, r.project_id, p.name as project, p.status as project_status,
           r.provider, r.owner || '/' || r.name as repository, r.role, r.default_branch, r.language,
           (select sum(value::bigint)::bigint from jsonb_each_text(r.languages)) as size_bytes,
           r.topics, r.is_private, r.is_archived, r.last_activity_at
      from repositories r join projects p on p.id = r.project_id;`);

    this.addSql(`create view "active_projects" as select p.id, p.organization_id, p.name, p.slug, p.status, p.priority, u.name as owner, t.name as team,
           p.start_date, p.end_date, p.budget, p.budget_currency,
           (select count(*) from team_members where team_id = p.team_id) as members,
           (select count(*) from repositories where project_id = p.id) as repositories,
           m.milestones, m.milestones_reached, m.next_due_date,
           (select max(occurred_at) from project_activities where project_id = p.id) as last_activity_at
      from projects p
      left join memberships o on o.id = p.owner_id
      left join users u on u.id = o.user_id
      left join teams t on t.id = p.team_id
      cross join lateral (
        select count(*) filter (where state <> 'cancelled') as milestones,
               count(*) filter (where state = 'reached') as milestones_reached,
               min(due_date) filter (where state = 'open') as next_due_date
          from milestones where project_id = p.id) m
     where p.status in ('planning', 'active');`);

    this.addSql(`create view "team_analytics" as select t.id, t.organization_id, t.name,
           m.members, m.leads, m.developers,
           p.projects, p.active_projects, a.workflows_completed, a.workflows_failed
      from teams t
      cross join lateral (
        select count(*) as members,
               count(*) filter (where role in ('lead', 'maintainer')) as leads,
               count(*) filter (where role = 'developer') as developers
          from team_members where team_id = t.id) m
      cross join lateral (
        select count(*) as projects, count(*) filter (where status = 'active') as active_projects
          from projects where team_id = t.id) p
      cross join lateral (
        select count(*) filter (where activity_type = 'workflow.completed') as workflows_completed,
               count(*) filter (where activity_type = 'workflow.failed') as workflows_failed
          from project_activities where project_id in (select id from projects where team_id = t.id)) a;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "team_analytics" cascade;`);
    this.addSql(`drop view if exists "active_projects" cascade;`);
    this.addSql(`drop view if exists "project_repository_summary" cascade;`);
    this.addSql(`alter table "team_members" drop constraint "team_members_team_id_foreign";`);
    this.addSql(`alter table "projects" drop constraint "projects_team_id_foreign";`);
    this.addSql(`alter table "memberships" drop constraint "memberships_user_id_foreign";`);
    this.addSql(`alter table "team_members" drop constraint "team_members_membership_id_foreign";`);
    this.addSql(`alter table "projects" drop constraint "projects_owner_id_foreign";`);

    this.addSql(`drop trigger if exists "updated_at_moves" on "teams";`);
    this.addSql(`drop function if exists "teams_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "teams" cascade;`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "users";`);
    this.addSql(`drop function if exists "users_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "users" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "memberships";`);
    this.addSql(`drop function if exists "memberships_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "memberships";`);
    this.addSql(`drop function if exists "memberships_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "memberships" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "team_members";`);
    this.addSql(`drop function if exists "team_members_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "team_members";`);
    this.addSql(`drop function if exists "team_members_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "team_members" cascade;`);
    this.addSql(`drop trigger if exists "only_grows" on "project_activities";`);
    this.addSql(`drop function if exists "project_activities_only_grows_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "project_activities";`);
    this.addSql(`drop function if exists "project_activities_parent_in_organization_fn"();`);
    this.addSql(`drop table if exists "project_activities" cascade;`);
    this.addSql(`drop trigger if exists "state_transitions" on "milestones";`);
    this.addSql(`drop function if exists "milestones_state_transitions_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "milestones";`);
    this.addSql(`drop function if exists "milestones_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "milestones";`);
    this.addSql(`drop function if exists "milestones_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "milestones" cascade;`);

    this.addSql(`alter table "api_keys" drop constraint "api_keys_role_check";`);
    this.addSql(`alter table "api_keys" drop column "role", drop column "expires_at";`);

    this.addSql(
      `alter table "organizations" drop column "description", drop column "settings", drop column "archived_at", drop column "version";`,
    );

    this.addSql(`drop index "projects_owner_id_index";`);
    this.addSql(`drop index "projects_team_id_index";`);
    this.addSql(`drop index "projects_organization_id_status_index";`);
    this.addSql(`drop index "projects_slug_unique";`);
    this.addSql(`alter table "projects" drop constraint "projects_dates_check";`);
    this.addSql(`alter table "projects" drop constraint "projects_budget_has_currency";`);
    this.addSql(`alter table "projects" drop constraint "projects_budget_check";`);
    this.addSql(`alter table "projects" drop constraint "projects_budget_currency_check";`);
    this.addSql(`alter table "projects" drop constraint "projects_status_check";`);
    this.addSql(`alter table "projects" drop constraint "projects_priority_check";`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "projects";`);
    this.addSql(`drop function if exists "projects_parent_in_organization_fn"();`);
    this.addSql(
      `alter table "projects" drop column "status", drop column "priority", drop column "owner_id", drop column "team_id", drop column "start_date", drop column "end_date", drop column "budget", drop column "budget_currency", drop column "version";`,
    );
    this.addSql(
      `alter table "projects" add constraint "projects_organization_id_slug_unique" unique ("organization_id", "slug");`,
    );

    this.addSql(`drop index "repositories_organization_id_last_activity_at_index";`);
    this.addSql(`drop index "repositories_name_unique";`);
    this.addSql(`alter table "repositories" drop constraint "repositories_role_check";`);
    this.addSql(
      `alter table "repositories" drop column "role", drop column "is_archived", drop column "languages", drop column "topics", drop column "last_activity_at";`,
    );
    this.addSql(
      `alter table "repositories" add constraint "repositories_organization_id_provider_owner_name_unique" unique ("organization_id", "provider", "owner", "name");`,
    );
  }
}

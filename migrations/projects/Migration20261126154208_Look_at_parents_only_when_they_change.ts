import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154208_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154208_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "memberships";`);
    this.addSql(`drop function if exists "memberships_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "memberships_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."user_id" is not null and not exists (
        select from "users" where id = new."user_id") then
        raise exception 'memberships: there is no % in this organisation', new."user_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "memberships" for each ROW
  when (old."user_id" is distinct from new."user_id") execute function "memberships_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "memberships_parent_in_organization_fn"() returns trigger as $$ begin if new."user_id" is not null and not exists (
        select from "users" where id = new."user_id") then
        raise exception 'memberships: there is no % in this organisation', new."user_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "memberships" for each ROW execute function "memberships_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "team_members";`);
    this.addSql(`drop function if exists "team_members_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "team_members_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."membership_id" is not null and not exists (
        select from "memberships" where id = new."membership_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."membership_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "team_members" for each ROW
  when (old."team_id" is distinct from new."team_id" or old."membership_id" is distinct from new."membership_id") execute function "team_members_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "team_members_parent_in_organization_fn"() returns trigger as $$ begin if new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."membership_id" is not null and not exists (
        select from "memberships" where id = new."membership_id" and organization_id = new.organization_id) then
        raise exception 'team_members: there is no % in this organisation', new."membership_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "team_members" for each ROW execute function "team_members_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "projects";`);
    this.addSql(`drop function if exists "projects_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "projects_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."owner_id" is not null and not exists (
        select from "memberships" where id = new."owner_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."owner_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "projects" for each ROW
  when (old."owner_id" is distinct from new."owner_id" or old."team_id" is distinct from new."team_id") execute function "projects_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "projects_parent_in_organization_fn"() returns trigger as $$ begin if new."owner_id" is not null and not exists (
        select from "memberships" where id = new."owner_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."owner_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."team_id" is not null and not exists (
        select from "teams" where id = new."team_id" and organization_id = new.organization_id) then
        raise exception 'projects: there is no % in this organisation', new."team_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "projects" for each ROW execute function "projects_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "repositories";`);
    this.addSql(`drop function if exists "repositories_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "repositories_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'repositories: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "repositories" for each ROW
  when (old."project_id" is distinct from new."project_id") execute function "repositories_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "repositories_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'repositories: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "repositories" for each ROW execute function "repositories_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "project_activities";`);
    this.addSql(`drop function if exists "project_activities_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "project_activities_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'project_activities: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "project_activities" for each ROW
  when (old."project_id" is distinct from new."project_id") execute function "project_activities_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "project_activities_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'project_activities: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "project_activities" for each ROW execute function "project_activities_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "milestones";`);
    this.addSql(`drop function if exists "milestones_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "milestones_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'milestones: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "milestones" for each ROW
  when (old."project_id" is distinct from new."project_id") execute function "milestones_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "milestones_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'milestones: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "milestones" for each ROW execute function "milestones_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "memberships";`);
    this.addSql(`drop function if exists "memberships_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "memberships";`);
    this.addSql(`drop function if exists "memberships_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "memberships_parent_in_organization_fn"() returns trigger as $$ begin if new."user_id" is distinct from old."user_id" and new."user_id" is not null and not exists (
        select from "users" where id = new."user_id") then
        raise exception 'memberships: there is no % in this organisation', new."user_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "memberships" for each ROW execute function "memberships_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "milestones";`);
    this.addSql(`drop function if exists "milestones_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "milestones";`);
    this.addSql(`drop function if exists "milestones_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "milestones_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'milestones: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "milestones" for each ROW execute function "milestones_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "project_activities";`);
    this.addSql(`drop function if exists "project_activities_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "project_activities";`);
    this.addSql(`drop function if exists "project_activities_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "project_activities_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'project_activities: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "project_activities" for each ROW execute function "project_activities_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "projects";`);
    this.addSql(`drop function if exists "projects_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "projects";`);
    this.addSql(`drop function if exists "projects_parent_in_organization_fn"();`);
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

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "repositories";`);
    this.addSql(`drop function if exists "repositories_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "repositories";`);
    this.addSql(`drop function if exists "repositories_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "repositories_parent_in_organization_fn"() returns trigger as $$ begin if new."project_id" is distinct from old."project_id" and new."project_id" is not null and not exists (
        select from "projects" where id = new."project_id" and organization_id = new.organization_id) then
        raise exception 'repositories: there is no % in this organisation', new."project_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "repositories" for each ROW execute function "repositories_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "team_members";`);
    this.addSql(`drop function if exists "team_members_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "team_members";`);
    this.addSql(`drop function if exists "team_members_parent_in_organization_fn"();`);
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
  }
}

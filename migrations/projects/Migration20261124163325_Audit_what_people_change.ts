import { Migration } from '@mikro-orm/migrations';
import { takeRightsBack } from '../../src/databases/append-only.ts';

export class Migration20261124163325_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163325_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "change_log" ("id" uuid not null, "organization_id" uuid not null, "sequence" bigserial, "table_name" varchar(63) not null, "row_id" varchar(255) null, "operation" text not null, "before" jsonb null, "after" jsonb null, "actor" jsonb not null, "request_id" varchar(64) null, "occurred_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(takeRightsBack('change_log'));
    this.addSql(`alter table "change_log" add constraint "change_log_sequence_unique" unique ("sequence");`);

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "api_keys" for each row execute function keep_change('{last_used_at}', '{key_hash}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "credentials" for each row execute function keep_change('{last_used_at,expiry_announced_at}', '{sealed_secret,sealed_data_key}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "organizations" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "teams" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "users" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "memberships" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "team_members" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "projects" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "milestones" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `alter table "change_log" add constraint "change_log_operation_check" check ("operation" in ('inserted', 'updated', 'deleted'));`,
    );
    this.addSql(`alter table "change_log" enable row level security;`);
    this.addSql(`alter table "change_log" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "change_log" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "change_log" cascade;`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "api_keys";`);
    this.addSql(`drop function if exists "api_keys_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "credentials";`);
    this.addSql(`drop function if exists "credentials_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "memberships";`);
    this.addSql(`drop function if exists "memberships_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "milestones";`);
    this.addSql(`drop function if exists "milestones_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "organizations";`);
    this.addSql(`drop function if exists "organizations_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "projects";`);
    this.addSql(`drop function if exists "projects_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "team_members";`);
    this.addSql(`drop function if exists "team_members_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "teams";`);
    this.addSql(`drop function if exists "teams_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "users";`);
    this.addSql(`drop function if exists "users_changes_are_kept_fn"();`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261126113130_Limits_budgets_and_places_of_organisations extends Migration {
  override name = 'Migration20261126113130_Limits_budgets_and_places_of_organisations';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "admission_shares" ("id" uuid not null, "organization_id" uuid not null, "places" int not null default 0, "turn" double precision not null default 0, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "admission_shares" add constraint "admission_shares_organization_id_unique" unique ("organization_id");`,
    );

    this.addSql(
      `create table "organization_limits" ("id" uuid not null, "organization_id" uuid not null, "max_running_workflows" int null, "max_running_steps" int null, "max_queued_workflows" int null, "weight" int null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "organization_limits" add constraint "organization_limits_organization_id_unique" unique ("organization_id");`,
    );

    this.addSql(
      `create table "agent_run_spending" ("id" uuid not null, "organization_id" uuid not null, "workflow_execution_id" uuid not null, "purpose" varchar(50) not null, "tokens" bigint null, "cost" numeric(12,6) null, "currency" char(3) not null default 'USD', "ended_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `create index "agent_run_spending_workflow_execution_id_index" on "agent_run_spending" ("workflow_execution_id");`,
    );

    this.addSql(
      `alter table "workflow_executions" add "admitted_at" timestamptz null, add "awaits_people_since" timestamptz null, add "awaited_people_ms" bigint not null default '0';`,
    );
    // those at work and those that wait for people are told apart from now on
    for (const table of ['workflow_executions', 'workflow_stage_executions'])
      this.addSql(`alter table "${table}" no force row level security;`);
    this.addSql(
      `update workflow_executions w set awaits_people_since = updated_at where status = 'waiting' and exists (select from workflow_stage_executions s where s.workflow_execution_id = w.id and s.open_gate is not null);`,
    );
    this.addSql(
      `update workflow_executions w set admitted_at = created_at where status in ('queued', 'running', 'waiting', 'paused');`,
    );
    for (const table of ['workflow_executions', 'workflow_stage_executions'])
      this.addSql(`alter table "${table}" force row level security;`);
    this.addSql(
      `create index workflow_executions_places on workflow_executions (organization_id) where ((status in ('running', 'waiting') and awaits_people_since is null) or (status = 'queued' and admitted_at is not null));`,
    );
    this.addSql(
      `create index workflow_executions_line on workflow_executions (organization_id, created_at) where (status = 'queued' and admitted_at is null);`,
    );
    this.addSql(
      `alter table "workflow_executions" add constraint "workflow_executions_awaited_people_ms_check" check (awaited_people_ms >= 0);`,
    );

    this.addSql(
      `alter table "admission_shares" add constraint "admission_shares_places_check" check (places >= 0);`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "admission_shares" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "admission_shares" enable row level security;`);
    this.addSql(`alter table "admission_shares" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "admission_shares" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "organization_limits" add constraint "organization_limits_max_running_workflows_check" check (max_running_workflows > 0);`,
    );
    this.addSql(
      `alter table "organization_limits" add constraint "organization_limits_max_running_steps_check" check (max_running_steps > 0);`,
    );
    this.addSql(
      `alter table "organization_limits" add constraint "organization_limits_max_queued_workflows_check" check (max_queued_workflows > 0);`,
    );
    this.addSql(
      `alter table "organization_limits" add constraint "organization_limits_weight_check" check (weight between 1 and 100);`,
    );
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "organization_limits" for each row execute function keep_change('{}', '{}');`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "organization_limits" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "organization_limits" enable row level security;`);
    this.addSql(`alter table "organization_limits" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "organization_limits" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );

    this.addSql(
      `alter table "agent_run_spending" add constraint "agent_run_spending_workflow_execution_id_foreign" foreign key ("workflow_execution_id") references "workflow_executions" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "agent_run_spending" add constraint "agent_run_spending_tokens_check" check (tokens >= 0);`,
    );
    this.addSql(
      `alter table "agent_run_spending" add constraint "agent_run_spending_cost_check" check (cost >= 0);`,
    );
    this.addSql(
      `alter table "agent_run_spending" add constraint "agent_run_spending_currency_check" check (currency ~ '^[A-Z]{3}$');`,
    );
    this.addSql(`create or replace function "agent_run_spending_parent_in_organization_fn"() returns trigger as $$ begin if new."workflow_execution_id" is distinct from old."workflow_execution_id" and new."workflow_execution_id" is not null and not exists (
        select from "workflow_executions" where id = new."workflow_execution_id" and organization_id = new.organization_id) then
        raise exception 'agent_run_spending: there is no % in this organisation', new."workflow_execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "agent_run_spending" for each ROW execute function "agent_run_spending_parent_in_organization_fn"();`,
    );
    this.addSql(
      `create trigger updated_at_moves before update on "agent_run_spending" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "agent_run_spending" enable row level security;`);
    this.addSql(`alter table "agent_run_spending" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "agent_run_spending" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "admission_shares";`);
    this.addSql(`drop function if exists "admission_shares_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "admission_shares" cascade;`);
    this.addSql(`drop trigger if exists "changes_are_kept" on "organization_limits";`);
    this.addSql(`drop function if exists "organization_limits_changes_are_kept_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "organization_limits";`);
    this.addSql(`drop function if exists "organization_limits_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "organization_limits" cascade;`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "agent_run_spending";`);
    this.addSql(`drop function if exists "agent_run_spending_parent_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "updated_at_moves" on "agent_run_spending";`);
    this.addSql(`drop function if exists "agent_run_spending_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "agent_run_spending" cascade;`);

    this.addSql(`drop index "workflow_executions_places";`);
    this.addSql(`drop index "workflow_executions_line";`);
    this.addSql(
      `alter table "workflow_executions" drop constraint "workflow_executions_awaited_people_ms_check";`,
    );
    this.addSql(
      `alter table "workflow_executions" drop column "admitted_at", drop column "awaits_people_since", drop column "awaited_people_ms";`,
    );
  }
}

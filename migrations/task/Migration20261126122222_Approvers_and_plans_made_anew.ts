import { Migration } from '@mikro-orm/migrations';

export class Migration20261126122222_Approvers_and_plans_made_anew extends Migration {
  override name = 'Migration20261126122222_Approvers_and_plans_made_anew';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "github_projects" add "approvers" jsonb not null default '[]', add "approval_deadline_ms" bigint null, add "self_approval" boolean not null default true;`,
    );
    this.addSql(
      `alter table "github_projects" add constraint "github_projects_approval_deadline_ms_check" check (approval_deadline_ms > 0);`,
    );

    this.addSql(`alter table "requirement_documents" add "follows_id" uuid null;`);

    this.addSql(`drop trigger if exists "status_transitions" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_status_transitions_fn"();`);
    this.addSql(`alter table "requirement_decompositions" add "attempt" int not null default 1;`);
    this.addSql(
      `alter table "requirement_decompositions" add constraint "requirement_decompositions_attempt_check" check (attempt > 0);`,
    );
    this.addSql(`create or replace function "requirement_decompositions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'proposed' then array['approved', 'rejected'] when 'approved' then array['proposed'] when 'rejected' then array['proposed'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "requirement_decompositions" for each ROW
  when (old.status is distinct from new.status) execute function "requirement_decompositions_status_transitions_fn"();`);

    this.addSql(
      `alter table "decomposed_steps" drop constraint "decomposed_steps_requirement_decomposition_id_ste_e123b_unique";`,
    );
    this.addSql(
      `alter table "decomposed_steps" add "slot" varchar(50) null, add "dropped_at" timestamptz null;`,
    );
    this.addSql(
      `create unique index decomposed_steps_number_unique on decomposed_steps (requirement_decomposition_id, step_number) where dropped_at is null;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "decomposed_steps_number_unique";`);
    this.addSql(`alter table "decomposed_steps" drop column "slot", drop column "dropped_at";`);
    this.addSql(
      `alter table "decomposed_steps" add constraint "decomposed_steps_requirement_decomposition_id_ste_e123b_unique" unique ("requirement_decomposition_id", "step_number");`,
    );

    this.addSql(
      `alter table "github_projects" drop constraint "github_projects_approval_deadline_ms_check";`,
    );
    this.addSql(
      `alter table "github_projects" drop column "approvers", drop column "approval_deadline_ms", drop column "self_approval";`,
    );

    this.addSql(
      `alter table "requirement_decompositions" drop constraint "requirement_decompositions_attempt_check";`,
    );
    this.addSql(`drop trigger if exists "status_transitions" on "requirement_decompositions";`);
    this.addSql(`drop function if exists "requirement_decompositions_status_transitions_fn"();`);
    this.addSql(`alter table "requirement_decompositions" drop column "attempt";`);
    this.addSql(`create or replace function "requirement_decompositions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'proposed' then array['approved', 'rejected'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "requirement_decompositions" for each ROW
  when (old.status is distinct from new.status) execute function "requirement_decompositions_status_transitions_fn"();`);

    this.addSql(`alter table "requirement_documents" drop column "follows_id";`);
  }
}

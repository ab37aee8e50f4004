import { Migration } from '@mikro-orm/migrations';

export class Migration20261127063244_A_failed_workflow_may_be_cancelled_at_once extends Migration {
  override name = 'Migration20261127063244_A_failed_workflow_may_be_cancelled_at_once';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_status_transitions_fn"();`);
    this.addSql(`create or replace function "workflow_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'queued' then array['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'running' then array['waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'waiting' then array['running', 'paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] when 'failed' then array['queued', 'running', 'cancelled'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_executions_status_transitions_fn"();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "status_transitions" on "workflow_executions";`);
    this.addSql(`drop function if exists "workflow_executions_status_transitions_fn"();`);
    this.addSql(`create or replace function "workflow_executions_status_transitions_fn"() returns trigger as $$ begin if new.status is null or not new.status = any (case old.status when 'queued' then array['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'running' then array['waiting', 'paused', 'completed', 'failed', 'cancelled'] when 'waiting' then array['running', 'paused', 'completed', 'failed', 'cancelled'] when 'paused' then array['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] when 'failed' then array['queued', 'running'] else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.status, 'null'), old.status
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;       end if;       return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "status_transitions" BEFORE UPDATE on "workflow_executions" for each ROW
  when (old.status is distinct from new.status) execute function "workflow_executions_status_transitions_fn"();`);
  }
}

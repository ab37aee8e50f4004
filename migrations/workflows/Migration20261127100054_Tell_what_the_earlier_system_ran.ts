import { Migration } from '@mikro-orm/migrations';

const touched = [
  'workflow_executions',
  'workflow_stage_executions',
  'codegen_operations',
  'linear_operations',
  'github_operations',
];

export class Migration20261127100054_Tell_what_the_earlier_system_ran extends Migration {
  override name = 'Migration20261127100054_Tell_what_the_earlier_system_ran';

  override up(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" add "is_migrated" boolean not null default false;`);

    // Those that are here already: by the keys of their operations, by who put them in, or by stages that they lack.
    for (const table of touched) this.addSql(`alter table ${table} no force row level security`);
    this.addSql(`update workflow_executions w set is_migrated = true
      where status in ('completed', 'failed', 'cancelled')
        and (created_by = 'earlier system'
             or exists (select from codegen_operations where workflow_execution_id = w.id and key like 'legacy/%')
             or exists (select from linear_operations where workflow_execution_id = w.id and key like 'legacy/%')
             or exists (select from github_operations where workflow_execution_id = w.id and key like 'legacy/%')
             or (select count(*) from workflow_stage_executions
                  where workflow_execution_id = w.id and superseded_at is null) < jsonb_array_length(stages))`);
    for (const table of touched) this.addSql(`alter table ${table} force row level security`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "workflow_executions" drop column "is_migrated";`);
  }
}

import { Migration } from '@mikro-orm/migrations';

export class Migration20261127102657_Count_stages_that_began extends Migration {
  override name = 'Migration20261127102657_Count_stages_that_began';

  override up(): void | Promise<void> {
    this.addSql(`drop view if exists "stage_success_rates" cascade;`);
    this.addSql(`create view "stage_success_rates" as select organization_id, stage,
           count(*) filter (where started_at is not null) as entered,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
  round(100.0 * count(*) filter (where status = 'completed')
    / nullif(count(*) filter (where status in ('completed', 'failed')), 0), 2) as success_rate, 
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p95_ms
      from workflow_stage_executions
     group by organization_id, stage;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "stage_success_rates" cascade;`);
    this.addSql(`create view "stage_success_rates" as select organization_id, stage,
           count(*) filter (where status <> 'pending') as entered,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
  round(100.0 * count(*) filter (where status = 'completed')
    / nullif(count(*) filter (where status in ('completed', 'failed')), 0), 2) as success_rate, 
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = 'completed'))::bigint as p95_ms
      from workflow_stage_executions
     group by organization_id, stage;`);
  }
}

import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'PerformanceTrend',
  tableName: 'performance_trends',
  view: true,
  expression: `
    select organization_id, operation_name, date_trunc('hour', measured_at, 'UTC') as hour, count(*)::int as operations,
           round(avg(duration_ms), 2) as mean_duration_ms, min(duration_ms) as min_duration_ms, max(duration_ms) as max_duration_ms,
           percentile_cont(0.95) within group (order by duration_ms)::numeric(18, 2) as p95_duration_ms,
           round(100.0 * count(*) filter (where succeeded) / count(*), 2) as success_rate,
           round(avg(cpu_percent), 2) as mean_cpu_percent, round(avg(memory_bytes)) as mean_memory_bytes
      from performance_data
     where measured_at >= now() - interval '24 hours'
     group by 1, 2, 3`,
  properties: {
    organizationId: p.uuid().primary(),
    operationName: p.string().primary(),
    hour: p.datetime().primary(),
    operations: p.integer(),
    meanDurationMs: p.decimal('number'),
    minDurationMs: p.bigint('number'),
    maxDurationMs: p.bigint('number'),
    p95DurationMs: p.decimal('number').fieldName('p95_duration_ms'),
    /** 0–100. */
    successRate: p.decimal('number'),
    meanCpuPercent: p.decimal('number').nullable(),
    meanMemoryBytes: p.decimal('number').nullable(),
  },
});

/** View: how each operation of an organisation did in each of the last 24 hours. */
export class PerformanceTrend extends schema.class {}
schema.setClass(PerformanceTrend);

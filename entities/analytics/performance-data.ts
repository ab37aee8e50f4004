import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';
import { score } from '../measures.ts';

const schema = defineEntity({
  name: 'PerformanceData',
  tableName: 'performance_data',
  properties: {
    ...tenantRow,
    /** The table is kept by month of this, so it is part of the key. */
    measuredAt: p.datetime().primary(),
    operationName: p.string().length(255).check("btrim(operation_name) <> ''"),
    /** `stage`, `github`, `linear`, `agent`, `query`, … */
    operationType: p.string().length(100),
    durationMs: p.bigint('number').check('duration_ms >= 0'),
    succeeded: p.boolean(),
    /** Of one processor: two busy ones are 200. */
    cpuPercent: p.decimal('number').precision(7).scale(2).check('cpu_percent >= 0').nullable(),
    memoryBytes: p.bigint('number').check('memory_bytes >= 0').nullable(),
    itemsProcessed: p.bigint('number').check('items_processed >= 0').nullable(),
    /** How well the processor was used. */
    efficiency: score('efficiency').nullable(),
    /** Where it ran, such as `production`. */
    environment: p.string().length(100).nullable(),
    /** Of the program that was measured. */
    programVersion: p.string().length(50).nullable(),
    /** `evaluation_runs.id`, where one measured it; no foreign key, because the table is kept by month. */
    evaluationRunId: p.uuid().nullable().index(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  indexes: [{ properties: ['organizationId', 'operationName', 'measuredAt'] }],
});

/** One run of an operation: how long it took and what it used. */
export class PerformanceData extends schema.class {}
schema.setClass(PerformanceData);

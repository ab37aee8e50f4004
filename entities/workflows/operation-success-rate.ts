import { defineEntity, p } from '@mikro-orm/core';
import { percentiles, successRate } from './figures.ts';
import { ofEachLedger } from './operation.ts';

const schema = defineEntity({
  name: 'OperationSuccessRate',
  tableName: 'operation_success_rates',
  view: true,
  expression: `
    select organization_id, service, operation_type,
           count(*) as operations,
           count(*) filter (where status = 'succeeded') as succeeded,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where attempts > 0) as retried,
           count(*) filter (where adopted) as adopted,
           ${successRate('succeeded')}, ${percentiles('succeeded')}
      from (
        ${ofEachLedger(
          (table, service, index) =>
            `select '${service}'${index === 0 ? '::text as service' : ''}, organization_id, operation_type, status, attempts, adopted, duration_ms from ${table}`,
          `
        union all
        `,
        )}) every
     group by organization_id, service, operation_type`,
  properties: {
    organizationId: p.uuid().primary(),
    service: p.text().primary(),
    operationType: p.text().primary(),
    operations: p.bigint('number'),
    succeeded: p.bigint('number'),
    failed: p.bigint('number'),
    /** Those that were not done at the first attempt. */
    retried: p.bigint('number'),
    /** Those whose effect was found rather than made. */
    adopted: p.bigint('number'),
    /** 0–100, of those that succeeded or failed; null while there is none. */
    successRate: p.decimal('number').precision(5).scale(2).nullable(),
    p50Ms: p.bigint('number').nullable(),
    p95Ms: p.bigint('number').nullable(),
  },
});

/** How reliable each kind of call to the outside world is. */
export class OperationSuccessRate extends schema.class {}
schema.setClass(OperationSuccessRate);

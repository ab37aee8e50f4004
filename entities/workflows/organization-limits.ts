import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { tenantRow, timestamps } from '../columns.ts';

/** How much more than others an organisation may have, at most and at least. */
export const weightRange = { min: 1, max: 100 } as const;

const schema = defineEntity({
  name: 'OrganizationLimits',
  tableName: 'organization_limits',
  properties: {
    ...tenantRow,
    /** Workflows that hold a place at a time; null: as the settings say. */
    maxRunningWorkflows: p.integer().nullable().check('max_running_workflows > 0'),
    /** Steps that run at a time, of all its workflows together; null: as the settings say. */
    maxRunningSteps: p.integer().nullable().check('max_running_steps > 0'),
    /** Workflows that stand in line at a time; more are refused. Null: as the settings say. */
    maxQueuedWorkflows: p.integer().nullable().check('max_queued_workflows > 0'),
    /** Its part of the installation, compared with the others; null: as the settings say. */
    weight: p.integer().nullable().check(`weight between ${weightRange.min} and ${weightRange.max}`),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId'] }],
  triggers: [audited()],
});

/** How much of the installation an organisation may take up, where it is something else than the settings say. */
export class OrganizationLimits extends schema.class {}
schema.setClass(OrganizationLimits);

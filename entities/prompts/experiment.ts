import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { stateMachine } from '../state-machine.ts';
import { PromptTemplate } from './prompt-template.ts';

const schema = defineEntity({
  name: 'Experiment',
  tableName: 'experiments',
  properties: {
    ...tenantRow,
    templateId: () => p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').deleteRule('cascade'),
    name: p.string().length(255).check(`btrim(name) <> ''`),
    /** What is expected of which variant, and why. */
    hypothesis: p.text(),
    status: p.enum(['draft', 'running', 'completed', 'cancelled'] as const).default('draft'),
    /** Scored executions that each variant needs before a winner may be called. */
    minimumSamples: p.integer().default(30).check('minimum_samples > 0'),
    startedAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
    /** What was found, in words. */
    conclusion: p.text().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [
    { properties: ['organizationId', 'name'] },
    {
      name: 'experiments_one_running_per_template',
      properties: ['templateId'],
      expression: `create unique index experiments_one_running_per_template on experiments (template_id) where status = 'running'`,
    },
  ],
  indexes: [{ properties: ['templateId'] }],
  triggers: [
    audited(),
    fixedColumns('template_id'),
    stateMachine('status', { draft: ['running', 'cancelled'], running: ['completed', 'cancelled'] }),
  ],
});

/** A comparison of versions of one template on real work. */
export class Experiment extends schema.class {
  start(): void {
    this.status = 'running';
    this.startedAt ??= new Date();
  }

  end(status: 'completed' | 'cancelled', conclusion: string | null): void {
    this.status = status;
    this.conclusion = conclusion;
    this.endedAt ??= new Date();
  }
}
schema.setClass(Experiment);

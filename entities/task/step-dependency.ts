import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { DecomposedStep } from './decomposed-step.ts';

const schema = defineEntity({
  name: 'StepDependency',
  tableName: 'step_dependencies',
  properties: {
    ...tenantRow,
    stepId: () => p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade'),
    dependsOnId: () =>
      p.manyToOne(DecomposedStep).mapToPk().fieldName('depends_on_id').deleteRule('cascade').index(),
    ...timestamps,
  },
  uniques: [{ properties: ['stepId', 'dependsOnId'] }],
  checks: [{ name: 'step_dependencies_not_itself', expression: 'step_id <> depends_on_id' }],
});

/** `stepId` starts after `dependsOnId` is done. */
export class StepDependency extends schema.class {}
schema.setClass(StepDependency);

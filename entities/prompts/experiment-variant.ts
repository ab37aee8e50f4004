import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { Experiment } from './experiment.ts';
import { PromptTemplateVersion } from './prompt-template-version.ts';

const schema = defineEntity({
  name: 'ExperimentVariant',
  tableName: 'experiment_variants',
  properties: {
    ...tenantRow,
    experimentId: () => p.manyToOne(Experiment).mapToPk().fieldName('experiment_id').deleteRule('cascade'),
    name: p.string().length(100),
    templateVersionId: () =>
      p.manyToOne(PromptTemplateVersion).mapToPk().fieldName('template_version_id').index(),
    /** Its share of the executions, relative to the other variants. */
    weight: p.integer().default(1).check('weight > 0'),
    isWinner: p.boolean().default(false),
    ...timestamps,
  },
  uniques: [
    { properties: ['experimentId', 'name'] },
    { properties: ['experimentId', 'templateVersionId'] },
    {
      name: 'experiment_variants_one_winner',
      properties: ['experimentId'],
      expression:
        'create unique index experiment_variants_one_winner on experiment_variants (experiment_id) where is_winner',
    },
  ],
  triggers: [
    {
      name: 'variants_stay_as_tried',
      timing: 'before',
      events: ['insert', 'update'],
      body: `
        if (new.template_version_id, new.weight, new.experiment_id)
             is not distinct from (old.template_version_id, old.weight, old.experiment_id) then
          return new;
        end if;
        if not exists (
          select from experiments e join prompt_template_versions v using (template_id)
           where e.id = new.experiment_id and v.id = new.template_version_id) then
          raise exception 'experiment_variants: % is no version of the template that is tried', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;
        end if;
        if not exists (select from experiments where id = new.experiment_id and status = 'draft') then
          raise exception 'experiment_variants: the experiment has begun, so its variants stay as they are'
            using errcode = 'check_violation', constraint = 'variants_stay_as_tried', table = tg_table_name;
        end if;
        return new;`,
    },
  ],
});

/** One version that an experiment tries. */
export class ExperimentVariant extends schema.class {}
schema.setClass(ExperimentVariant);

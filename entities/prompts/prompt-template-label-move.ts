import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { PromptTemplate } from './prompt-template.ts';
import { PromptTemplateVersion } from './prompt-template-version.ts';

const schema = defineEntity({
  name: 'PromptTemplateLabelMove',
  tableName: 'prompt_template_label_moves',
  properties: {
    ...tenantRow,
    templateId: () => p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').deleteRule('cascade'),
    label: p.string().length(50),
    templateVersionId: () =>
      p
        .manyToOne(PromptTemplateVersion)
        .mapToPk()
        .fieldName('template_version_id')
        .deleteRule('cascade')
        .index(),
    movedBy: p.string().length(255),
    movedAt: p.datetime(),
  },
  indexes: [{ properties: ['templateId', 'label', 'movedAt'] }],
  triggers: [fixedColumns('template_id', 'label', 'template_version_id', 'moved_by', 'moved_at')],
});

/** One move of a label, written by the database with the move itself. */
export class PromptTemplateLabelMove extends schema.class {}
schema.setClass(PromptTemplateLabelMove);

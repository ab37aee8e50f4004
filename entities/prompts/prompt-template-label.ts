import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { PromptTemplate } from './prompt-template.ts';
import { PromptTemplateVersion } from './prompt-template-version.ts';

const schema = defineEntity({
  name: 'PromptTemplateLabel',
  tableName: 'prompt_template_labels',
  properties: {
    ...tenantRow,
    templateId: () => p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').deleteRule('cascade'),
    /** `production` is what workflows use; others, such as `candidate`, are for people. */
    label: p.string().length(50).check(`label ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`),
    templateVersionId: () =>
      p
        .manyToOne(PromptTemplateVersion)
        .mapToPk()
        .fieldName('template_version_id')
        .deleteRule('cascade')
        .index(),
    /** Who put it there; `shipped` where the program did. */
    movedBy: p.string().length(255),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [{ properties: ['templateId', 'label'] }],
  triggers: [
    audited(),
    fixedColumns('template_id', 'label'),
    {
      name: 'version_of_the_template',
      timing: 'before',
      events: ['insert', 'update'],
      body: `
        if new.template_version_id is distinct from old.template_version_id and not exists (
          select from prompt_template_versions where id = new.template_version_id and template_id = new.template_id) then
          raise exception 'prompt_template_labels: % is no version of the template', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;
        end if;
        return new;`,
    },
    {
      name: 'moves_are_kept',
      timing: 'after',
      events: ['insert', 'update'],
      body: `
        if new.template_version_id is distinct from old.template_version_id then
          insert into prompt_template_label_moves
                 (id, organization_id, template_id, label, template_version_id, moved_by, moved_at)
          values (gen_random_uuid(), new.organization_id, new.template_id, new.label, new.template_version_id,
                  new.moved_by, clock_timestamp());
        end if;
        return null;`,
    },
  ],
});

/** Which version of a template goes by this name now. */
export class PromptTemplateLabel extends schema.class {
  moveTo(templateVersionId: string, by: string): void {
    this.templateVersionId = templateVersionId;
    this.movedBy = by;
  }
}
schema.setClass(PromptTemplateLabel);

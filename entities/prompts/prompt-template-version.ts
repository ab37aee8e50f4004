import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { PromptTemplate } from './prompt-template.ts';

const schema = defineEntity({
  name: 'PromptTemplateVersion',
  tableName: 'prompt_template_versions',
  properties: {
    ...tenantRow,
    templateId: () => p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').deleteRule('cascade'),
    /** Counts up per template, from 1. */
    version: p.integer().check('version > 0'),
    content: p.text().check(`btrim(content) <> ''`),
    /** SHA-256 of the content, hexadecimal. */
    contentHash: p.string().length(64),
    /** Who wrote it; `shipped` where it came with the program. */
    author: p.string().length(255),
    /** What is different from the version before, in words. */
    changeNote: p.text().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['templateId', 'version'] }, { properties: ['templateId', 'contentHash'] }],
  triggers: [
    fixedColumns('template_id', 'version', 'content', 'content_hash', 'author', 'change_note'),
    {
      name: 'variables_are_known',
      timing: 'before',
      events: ['insert'],
      // a prompt that names what nobody gives could not be rendered
      body: `
        declare unknown text;
        begin
          select string_agg(distinct m[1], ', ') into unknown
            from regexp_matches(new.content, '[{][{]([A-Za-z0-9_]+)[}][}]', 'g') m
           where not exists (select from prompt_templates t where t.id = new.template_id and jsonb_exists(t.variables, m[1]));
          if unknown is not null then
            raise exception 'prompt_template_versions: the text names %, which its template is not given', unknown
              using errcode = 'check_violation', constraint = 'variables_are_known', table = tg_table_name;
          end if;
        end;
        return new;`,
    },
  ],
});

/** One wording of a template, with `{{placeholders}}`; never changed once written. */
export class PromptTemplateVersion extends schema.class {}
schema.setClass(PromptTemplateVersion);

import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { FileMetrics } from './file-metrics.ts';

export const elementTypes = [
  'function',
  'class',
  'method',
  'variable',
  'constant',
  'interface',
  'enum',
  'type',
  'module',
  'namespace',
  'property',
  'field',
  'parameter',
  'import',
  'export',
] as const;

const place = 'file_metrics_id, element_type, qualified_name, start_line, start_column';

const schema = defineEntity({
  name: 'CodeElement',
  tableName: 'code_elements',
  properties: {
    ...tenantRow,
    /** The content that it is in, not a path or a commit: it is the same symbol until the content changes. */
    fileMetricsId: () =>
      p.manyToOne(FileMetrics).mapToPk().fieldName('file_metrics_id').deleteRule('cascade'),
    /** What it is within: the class of a method. Of the same content. */
    parentElementId: () =>
      p
        .manyToOne(CodeElement)
        .mapToPk()
        .fieldName('parent_element_id')
        .deleteRule('cascade')
        .nullable()
        .index(),
    elementType: p.enum(elementTypes),
    name: p.text().check("btrim(name) <> ''"),
    /** With what it is within, such as `Basket.add`. */
    qualifiedName: p.text(),
    signature: p.text().nullable(),
    documentation: p.text().nullable(),
    visibility: p.enum(['public', 'protected', 'private', 'internal'] as const).default('public'),
    isExported: p.boolean().default(false),
    isStatic: p.boolean().default(false),
    isAbstract: p.boolean().default(false),
    isAsync: p.boolean().default(false),
    isDeprecated: p.boolean().default(false),
    /** Lines from 1, columns from 0; the end is included. */
    startLine: p.integer().check('start_line > 0'),
    startColumn: p.integer().default(0).check('start_column >= 0'),
    endLine: p.integer(),
    endColumn: p.integer().default(0).check('end_column >= 0'),
    cyclomaticComplexity: p.integer().check('cyclomatic_complexity >= 0').nullable(),
    cognitiveComplexity: p.integer().check('cognitive_complexity >= 0').nullable(),
    linesOfCode: p.integer().check('lines_of_code >= 0').nullable(),
    returnType: p.text().nullable(),
    parameters: p.json<{ name: string; type?: string }[]>().defaultRaw(`'[]'::jsonb`),
    ...timestamps,
  },
  checks: [
    {
      name: 'code_elements_span',
      // across lines, the column of the end may be the lesser one
      expression: '(end_line, end_column) >= (start_line, start_column)',
    },
    { name: 'code_elements_not_within_itself', expression: 'parent_element_id <> id' },
  ],
  uniques: [
    {
      name: 'code_elements_place_unique',
      properties: ['fileMetricsId', 'elementType', 'qualifiedName', 'startLine', 'startColumn'],
      expression: `create unique index code_elements_place_unique on code_elements (${place})`,
    },
  ],
  indexes: [
    { properties: ['organizationId', 'name'] },
    {
      name: 'code_elements_name_search',
      properties: ['name'],
      expression: 'create index code_elements_name_search on code_elements using gin (name gin_trgm_ops)',
    },
    {
      name: 'code_elements_qualified_name_search',
      properties: ['qualifiedName'],
      expression:
        'create index code_elements_qualified_name_search on code_elements using gin (qualified_name gin_trgm_ops)',
    },
  ],
});

/**
 * A symbol: a function, a class, a variable, …
 *
 * The trigram indexes serve whoever may see all organisations. For one organisation PostgreSQL finds its symbols by the
 * index of its names and then looks at each: operators that are not leakproof, such as `ilike`, must not see rows
 * before the policy has let them pass (some 90 ms for 30,000 symbols).
 */
export class CodeElement extends schema.class {}
schema.setClass(CodeElement);

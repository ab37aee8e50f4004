import { defineEntity, p } from '@mikro-orm/core';
import { elementTypes } from './code-element.ts';

const schema = defineEntity({
  name: 'CodeComplexityAnalysis',
  tableName: 'code_complexity_analysis',
  view: true,
  expression: `
    select f.organization_id, f.codebase_id, e.element_type, count(*)::int as elements,
           round(avg(e.cyclomatic_complexity), 2) as mean_complexity, max(e.cyclomatic_complexity) as max_complexity,
           count(*) filter (where e.cyclomatic_complexity > 10)::int as complex_elements
      from files f
      join file_metrics m on m.organization_id = f.organization_id and m.blob_sha = f.blob_sha and m.language is not distinct from f.language
      join code_elements e on e.file_metrics_id = m.id
     group by 1, 2, 3`,
  properties: {
    organizationId: p.uuid(),
    codebaseId: p.uuid().primary(),
    elementType: p.enum(elementTypes).primary(),
    elements: p.integer(),
    meanComplexity: p.decimal('number').nullable(),
    maxComplexity: p.integer().nullable(),
    /** Those whose cyclomatic complexity is above 10. */
    complexElements: p.integer(),
  },
});

/** View: how complex the symbols of a codebase are, by kind. */
export class CodeComplexityAnalysis extends schema.class {}
schema.setClass(CodeComplexityAnalysis);

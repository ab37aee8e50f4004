import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'DependencyAnalysis',
  tableName: 'dependency_analysis',
  view: true,
  expression: `
    select c.id as codebase_id, c.organization_id, d.*
      from codebases c
      cross join lateral (
        select count(*)::int as dependencies, count(*) filter (where kind = 'production')::int as production_dependencies,
               count(*) filter (where vulnerability_count > 0)::int as vulnerable_dependencies,
               coalesce(sum(vulnerability_count), 0)::int as vulnerabilities,
               count(*) filter (where is_deprecated)::int as deprecated_dependencies, round(avg(security_score), 2) as mean_security_score
          from external_dependencies where codebase_id = c.id) d`,
  properties: {
    codebaseId: p.uuid().primary(),
    organizationId: p.uuid(),
    dependencies: p.integer(),
    productionDependencies: p.integer(),
    vulnerableDependencies: p.integer(),
    vulnerabilities: p.integer(),
    deprecatedDependencies: p.integer(),
    meanSecurityScore: p.decimal('number').nullable(),
  },
});

/** View: what each codebase builds on, and how safe that is. */
export class DependencyAnalysis extends schema.class {}
schema.setClass(DependencyAnalysis);

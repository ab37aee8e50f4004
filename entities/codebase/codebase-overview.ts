import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'CodebaseOverview',
  tableName: 'codebase_overview',
  view: true,
  expression: `
    select c.id, c.organization_id, c.repository_id, c.branch, f.files, f.total_bytes, f.lines, f.elements, f.mean_complexity,
           f.mean_maintainability, r.relationships, d.dependencies, a.last_run_id, a.last_commit_sha, a.last_analyzed_at
      from codebases c
      cross join lateral (
        select count(*)::int as files, coalesce(sum(size_bytes), 0)::bigint as total_bytes, coalesce(sum(m.line_count), 0)::bigint as lines,
               coalesce(sum(e.elements), 0)::int as elements, round(avg(m.complexity_score), 2) as mean_complexity,
               round(avg(m.maintainability_index), 2) as mean_maintainability
          from files
          left join file_metrics m on m.organization_id = files.organization_id and m.blob_sha = files.blob_sha
                                  and m.language is not distinct from files.language
          left join lateral (select count(*) as elements from code_elements where file_metrics_id = m.id) e on true
         where files.codebase_id = c.id) f
      cross join lateral (select count(*)::int as relationships from relationships where codebase_id = c.id) r
      cross join lateral (select count(*)::int as dependencies from external_dependencies where codebase_id = c.id) d
      left join lateral (
        select id as last_run_id, commit_sha as last_commit_sha, completed_at as last_analyzed_at
          from analysis_runs where codebase_id = c.id and status in ('completed', 'partial')
         order by completed_at desc limit 1) a on true`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    repositoryId: p.uuid(),
    branch: p.string(),
    files: p.integer(),
    totalBytes: p.bigint('number'),
    lines: p.bigint('number'),
    elements: p.integer(),
    meanComplexity: p.decimal('number').nullable(),
    meanMaintainability: p.decimal('number').nullable(),
    relationships: p.integer(),
    dependencies: p.integer(),
    lastRunId: p.uuid().nullable(),
    lastCommitSha: p.string().nullable(),
    lastAnalyzedAt: p.datetime().nullable(),
  },
});

/** View: each codebase with what is in it. What is in two files of the same content counts twice, as it does for readers. */
export class CodebaseOverview extends schema.class {}
schema.setClass(CodebaseOverview);

import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';

export type Issue = {
  severity: 'error' | 'warning' | 'info';
  message: string;
  line?: number;
  /** Which rule of which tool, such as `eslint/no-eval`. */
  rule?: string;
};

const count = (column: string) => p.integer().default(0).check(`${column} >= 0`);

const schema = defineEntity({
  name: 'FileMetrics',
  tableName: 'file_metrics',
  properties: {
    ...tenantRow,
    blobSha: p.string().length(64),
    /** As which it was read: the same content may be at two paths that say different things. */
    language: p.string().length(50).nullable(),
    /** Of the program that looked; a later one looks again and overwrites. */
    analyzerVersion: p.string().length(50),
    lineCount: count('line_count'),
    codeLineCount: count('code_line_count'),
    commentLineCount: count('comment_line_count'),
    functionCount: count('function_count'),
    classCount: count('class_count'),
    cyclomaticComplexity: count('cyclomatic_complexity'),
    cognitiveComplexity: count('cognitive_complexity'),
    /** 100 is the most complex. */
    complexityScore: score('complexity_score').nullable(),
    /** 100 is the easiest to maintain. */
    maintainabilityIndex: score('maintainability_index').nullable(),
    /** How much of what is exported is documented. */
    documentationCoverage: score('documentation_coverage').nullable(),
    issues: p.json<Issue[]>().defaultRaw(`'[]'::jsonb`),
    /** Why it could not be read as its language; then the counts are of text alone. */
    parseError: p.text().nullable(),
    analyzedAt: p.datetime().defaultRaw('now()'),
    ...timestamps,
  },
  uniques: [
    {
      name: 'file_metrics_content_unique',
      properties: ['organizationId', 'blobSha', 'language'],
      expression:
        'create unique index file_metrics_content_unique on file_metrics (organization_id, blob_sha, language) nulls not distinct',
    },
  ],
});

/**
 * What is known of one content, wherever in an organisation's codebases it is: an analysis looks only at contents that
 * have no row yet (docs/adr/0010). Where it is today is said by `files`.
 */
export class FileMetrics extends schema.class {}
schema.setClass(FileMetrics);

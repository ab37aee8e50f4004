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
 * What is known of one content, wherever in an organisation's codebases it is; its symbols hang on it. An analysis is
 * incremental by that: it looks only at contents (blob and language) that have no row yet, or one of an older analyser,
 * and a rename, a branch or a revert costs nothing. Where a content is today is said by `files`; one that is in no file
 * any more may be deleted, and its symbols and their relationships go with it. What depends on the files around, such
 * as where a name leads, belongs to a codebase instead: see `relationships`.
 */
export class FileMetrics extends schema.class {}
schema.setClass(FileMetrics);

import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { Codebase } from './codebase.ts';

const schema = defineEntity({
  name: 'AnalysisRun',
  tableName: 'analysis_runs',
  properties: {
    ...tenantRow,
    codebaseId: () => p.manyToOne(Codebase).mapToPk().fieldName('codebase_id').deleteRule('cascade').index(),
    /** `workflows.workflow_executions.id`. */
    workflowId: p.uuid().unique(),
    commitSha: p.string().length(64),
    /** Bytes per language. */
    languages: p.json<Record<string, number>>(),
    packageManager: p.string().length(50).nullable(),
    buildCommand: p.text().nullable(),
    testCommand: p.text().nullable(),
    fileCount: p.integer(),
    totalBytes: p.bigint('number'),
    ...timestamps,
  },
});

/** What one look at a codebase found. */
export class AnalysisRun extends schema.class {}
schema.setClass(AnalysisRun);

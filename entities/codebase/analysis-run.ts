import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { durationMs, score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { Codebase } from './codebase.ts';

const count = (column: string) => p.integer().default(0).check(`${column} >= 0`);

const schema = defineEntity({
  name: 'AnalysisRun',
  tableName: 'analysis_runs',
  properties: {
    ...tenantRow,
    codebaseId: () => p.manyToOne(Codebase).mapToPk().fieldName('codebase_id').deleteRule('cascade').index(),
    /** `workflows.workflow_executions.id`, where a workflow asked for it. */
    workflowId: p.uuid().unique().nullable(),
    /** `partial`: some files could not be read; the warnings say which. */
    status: p
      .enum(['pending', 'running', 'completed', 'partial', 'failed', 'cancelled'] as const)
      .default('pending'),
    runType: p.enum(['full', 'incremental', 'targeted'] as const).default('full'),
    triggerSource: p.enum(['workflow', 'manual', 'schedule', 'webhook', 'api'] as const).default('workflow'),
    commitSha: p.string().length(64),
    /** Bytes per language. */
    languages: p.json<Record<string, number>>().defaultRaw(`'{}'::jsonb`),
    packageManager: p.string().length(50).nullable(),
    buildCommand: p.text().nullable(),
    testCommand: p.text().nullable(),
    fileCount: count('file_count'),
    totalBytes: p.bigint('number').default(0).check('total_bytes >= 0'),
    /** Contents that had not been seen before, and those that had and were not looked at again. */
    contentsAnalyzed: count('contents_analyzed'),
    contentsReused: count('contents_reused'),
    elementsFound: count('elements_found'),
    relationshipsFound: count('relationships_found'),
    dependenciesFound: count('dependencies_found'),
    issuesFound: count('issues_found'),
    /** 100 is the most complex. */
    overallComplexity: score('overall_complexity').nullable(),
    /** 100 is the easiest to maintain. */
    overallMaintainability: score('overall_maintainability').nullable(),
    /** How long mending the issues is estimated to take. */
    technicalDebtMs: p.bigint('number').check('technical_debt_ms >= 0').nullable(),
    errorMessage: p.text().nullable(),
    warnings: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: durationMs(),
    ...timestamps,
  },
  checks: [
    { name: 'analysis_runs_ends_after_start', expression: 'completed_at >= started_at' },
    {
      name: 'analysis_runs_over_has_end',
      expression: `(status in ('pending', 'running')) = (completed_at is null)`,
    },
  ],
  triggers: [
    stateMachine('status', {
      pending: ['running', 'failed', 'cancelled'],
      running: ['completed', 'partial', 'failed', 'cancelled'],
    }),
  ],
});

/** One look at a codebase and what it found. How well something works is another thing: `analytics.evaluation_runs`. */
export class AnalysisRun extends schema.class {}
schema.setClass(AnalysisRun);

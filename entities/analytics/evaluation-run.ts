import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { durationMs, score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';

export const evaluationStates = [
  'pending',
  'submitted',
  'running',
  'completed',
  'failed',
  'cancelled',
] as const;

const schema = defineEntity({
  name: 'EvaluationRun',
  tableName: 'evaluation_runs',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    description: p.text().nullable(),
    evaluationType: p.enum([
      'performance',
      'quality',
      'security',
      'complexity',
      'evolution',
      'usage',
      'trend',
      'prediction',
      'anomaly',
      'custom',
    ] as const),
    /** What the evaluator was told: parameters, limits, data. */
    configuration: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** `workflows.workflow_executions.id` of what is evaluated, where it is a workflow. */
    workflowId: p.uuid().nullable().index(),
    /** `learning.evolution_sessions.id`, and which of its generations. */
    evolutionSessionId: p.uuid().nullable().index(),
    generation: p.integer().check('generation >= 0').nullable(),
    status: p.enum(evaluationStates).default('pending'),
    triggerSource: p.enum([
      'manual',
      'schedule',
      'webhook',
      'api',
      'task_failure',
      'pipeline_failure',
      'degradation',
      'evolution',
    ] as const),
    /** Who asked for it: `projects.users.id`, or a key's name. */
    triggeredBy: p.string().length(255).nullable(),
    /** Its id at the evaluator, OpenEvolve's or another. */
    externalRunId: p.string().length(255).nullable(),
    overallScore: score('overall_score').nullable(),
    qualityScore: score('quality_score').nullable(),
    performanceScore: score('performance_score').nullable(),
    reliabilityScore: score('reliability_score').nullable(),
    cpuTimeMs: p.bigint('number').check('cpu_time_ms >= 0').nullable(),
    memoryPeakBytes: p.bigint('number').check('memory_peak_bytes >= 0').nullable(),
    errorMessage: p.text().nullable(),
    warnings: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: durationMs(),
    ...timestamps,
  },
  checks: [
    { name: 'evaluation_runs_ends_after_start', expression: 'completed_at >= started_at' },
    {
      name: 'evaluation_runs_over_has_end',
      expression: `(status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)`,
    },
  ],
  uniques: [
    {
      name: 'evaluation_runs_external_unique',
      properties: ['organizationId', 'externalRunId'],
      expression:
        'create unique index evaluation_runs_external_unique on evaluation_runs (organization_id, external_run_id) where external_run_id is not null',
    },
  ],
  indexes: [{ properties: ['organizationId', 'status', 'createdAt'] }],
  triggers: [
    stateMachine('status', {
      pending: ['submitted', 'running', 'failed', 'cancelled'],
      submitted: ['running', 'completed', 'failed', 'cancelled'],
      running: ['completed', 'failed', 'cancelled'],
    }),
  ],
});

/**
 * One evaluation, by OpenEvolve or by our own code, of how well something works. Looking at the code of a repository is
 * another thing: that is `codebase.analysis_runs`.
 */
export class EvaluationRun extends schema.class {
  start(): void {
    this.status = 'running';
    this.startedAt ??= new Date();
  }

  complete(
    scores: Pick<EvaluationRun, 'overallScore' | 'qualityScore' | 'performanceScore' | 'reliabilityScore'>,
  ) {
    Object.assign(this, scores);
    this.end('completed');
  }

  fail(reason: string): void {
    this.errorMessage = reason;
    this.end('failed');
  }

  cancel(reason: string): void {
    this.errorMessage = reason;
    this.end('cancelled');
  }

  private end(status: 'completed' | 'failed' | 'cancelled'): void {
    this.status = status;
    this.completedAt = new Date();
  }
}
schema.setClass(EvaluationRun);

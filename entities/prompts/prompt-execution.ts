import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { stateMachine } from '../state-machine.ts';
import { ExperimentVariant } from './experiment-variant.ts';
import { PromptTemplateVersion } from './prompt-template-version.ts';

export const executionStates = ['pending', 'running', 'completed', 'failed'] as const;

const schema = defineEntity({
  name: 'PromptExecution',
  tableName: 'executions',
  properties: {
    ...tenantRow,
    /** Null where the prompt was written without a template. */
    templateVersionId: () =>
      p
        .manyToOne(PromptTemplateVersion)
        .mapToPk()
        .fieldName('template_version_id')
        .deleteRule('no action')
        .nullable()
        .index(),
    /** The experiment's variant that chose the version; null where the label `production` did. */
    experimentVariantId: () =>
      p
        .manyToOne(ExperimentVariant)
        .mapToPk()
        .fieldName('experiment_variant_id')
        .deleteRule('no action')
        .nullable()
        .index(),
    /** `workflows.workflow_executions.id`; null where it was asked outside of any workflow. */
    workflowId: p.uuid().nullable().index(),
    /** `task.decomposed_steps.id`; null where it is not about one step. */
    stepId: p.uuid().nullable().index(),
    /** The stage during which it was asked. */
    stage: p.string().length(100).nullable(),
    /** Tells it from the other questions of the function that asked, such as `plan-1` or `round-2/review`. */
    scope: p.string().length(200),
    /** What was asked for: `decompose`, `step`, `review`, `repair`. */
    purpose: p.string().length(50),
    /** The latest attempt of the workflow for which it counts. */
    attempt: p.integer().default(1).check('attempt > 0'),
    status: p.enum(executionStates).default('pending'),
    /** As sent, enhancements included. */
    prompt: p.text(),
    /** As answered; null while the agent works or where it gave no answer. */
    response: p.text().nullable(),
    /** What was read from the answer, such as a plan or a review; null where it could not be read or is no data. */
    parsed: p.json<Record<string, unknown>>().nullable(),
    /** Which adapter ran it. */
    agent: p.string().length(50).nullable(),
    agentRunId: p.string().length(255).nullable(),
    agentRunUrl: p.text().nullable(),
    inputTokens: p.bigint('number').nullable().check('input_tokens >= 0'),
    outputTokens: p.bigint('number').nullable().check('output_tokens >= 0'),
    cost: p.decimal('number').precision(12).scale(6).nullable().check('cost >= 0'),
    /** Of the cost, ISO 4217. */
    currency: p.character().length(3).default('USD').check(`currency ~ '^[A-Z]{3}$'`),
    /** How good what came of it is, 0–100; null until it is judged. */
    qualityScore: p
      .decimal('number')
      .precision(5)
      .scale(2)
      .nullable()
      .check('quality_score between 0 and 100'),
    /** What judged it, with its version, such as `verdict-1`; scores of different scorers do not compare. */
    qualityScorer: p.string().length(50).nullable(),
    errorMessage: p.text().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: p
      .bigint('number')
      .generated('((extract(epoch from (completed_at - started_at)) * 1000)::bigint) stored')
      .nullable(),
    ...timestamps,
  },
  checks: [
    {
      name: 'executions_scores_have_a_scorer',
      expression: '(quality_score is null) = (quality_scorer is null)',
    },
  ],
  triggers: [
    fixedColumns('prompt', 'template_version_id', 'experiment_variant_id', 'purpose'),
    stateMachine('status', {
      pending: ['running', 'completed', 'failed'],
      running: ['completed', 'failed'],
    }),
  ],
});

/** One prompt as sent to an agent, and what it answered. */
export class PromptExecution extends schema.class {
  /** Changes nothing once it has ended: whoever says so late is a worker that was replaced. */
  started(run: { agent: string; id: string; url: string | null }): void {
    if (this.isOver()) return;
    this.status = 'running';
    this.agent = run.agent;
    this.agentRunId = run.id;
    this.agentRunUrl = run.url;
    this.startedAt ??= new Date();
  }

  /** The first word counts. */
  ended(outcome: {
    state: 'completed' | 'failed';
    response: string | null;
    error: string | null;
    usage: { inputTokens: number; outputTokens: number; costUsd: number } | null;
  }): void {
    if (this.isOver()) return;
    this.status = outcome.state;
    this.response = outcome.response;
    this.errorMessage = outcome.error;
    this.inputTokens = outcome.usage?.inputTokens ?? null;
    this.outputTokens = outcome.usage?.outputTokens ?? null;
    this.cost = outcome.usage?.costUsd ?? null;
    this.currency = 'USD';
    this.completedAt = new Date();
  }

  judged(score: number, scorer: string): void {
    this.qualityScore = score;
    this.qualityScorer = scorer;
  }

  private isOver(): boolean {
    return this.status === 'completed' || this.status === 'failed';
  }
}
schema.setClass(PromptExecution);

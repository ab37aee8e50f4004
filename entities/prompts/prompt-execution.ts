import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { PromptTemplate } from './prompt-template.ts';

const schema = defineEntity({
  name: 'PromptExecution',
  tableName: 'executions',
  properties: {
    ...tenantRow,
    templateId: () => p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').index(),
    workflowId: p.uuid().index(),
    /** The stage, or `<function>/<item id>`, that asked. */
    scope: p.string().length(200),
    /** What was asked for: `decompose`, `step`, `review`, `repair`. */
    purpose: p.string().length(50),
    status: p.enum(['pending', 'running', 'completed', 'failed'] as const).default('pending'),
    /** As sent. */
    prompt: p.text(),
    /** As answered; null while the agent works or where it gave no answer. */
    response: p.text().nullable(),
    /** Which adapter ran it. */
    agent: p.string().length(50).nullable(),
    agentRunId: p.string().length(255).nullable(),
    agentRunUrl: p.text().nullable(),
    inputTokens: p.bigint('number').nullable(),
    outputTokens: p.bigint('number').nullable(),
    costUsd: p.decimal('number').precision(12).scale(6).nullable(),
    errorMessage: p.text().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    ...timestamps,
  },
});

/** One prompt as sent to an agent, and what it answered. */
export class PromptExecution extends schema.class {
  /** Changes nothing once it has ended: whoever says so late is a worker that was replaced. */
  started(run: { agent: string; id: string; url: string | null }): void {
    if (this.status === 'completed' || this.status === 'failed') return;
    this.status = 'running';
    this.agent = run.agent;
    this.agentRunId = run.id;
    this.agentRunUrl = run.url;
    this.startedAt ??= new Date();
  }

  ended(outcome: {
    state: 'completed' | 'failed';
    response: string | null;
    error: string | null;
    usage: { inputTokens: number; outputTokens: number; costUsd: number } | null;
  }): void {
    this.status = outcome.state;
    this.response = outcome.response;
    this.errorMessage = outcome.error;
    this.inputTokens = outcome.usage?.inputTokens ?? null;
    this.outputTokens = outcome.usage?.outputTokens ?? null;
    this.costUsd = outcome.usage?.costUsd ?? null;
    this.completedAt ??= new Date();
  }
}
schema.setClass(PromptExecution);

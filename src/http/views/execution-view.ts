/** One prompt and its answer as the API shows them. */
import { z } from 'zod';
import { executionStates, type PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import { redact } from '../../security/redact.ts';
import { iso, milliseconds, time, timeOrNull } from '../times.ts';

export const executionSchema = z
  .object({
    id: z.uuid(),
    workflowId: z.uuid().nullable().describe('Null where it was asked outside of any workflow.'),
    stepId: z.uuid().nullable(),
    stage: z.string().nullable(),
    scope: z.string().describe('Tells it from the other questions of the function that asked.'),
    purpose: z.string().describe('`decompose`, `step`, `review`, `repair`.'),
    attempt: z.int().describe('The latest attempt of the workflow for which it counts.'),
    status: z.enum(executionStates),
    templateVersionId: z.uuid().nullable().describe('Null where the prompt was written without a template.'),
    experimentVariantId: z.uuid().nullable(),
    agent: z.string().nullable(),
    agentRunId: z.string().nullable(),
    agentRunUrl: z.string().nullable(),
    inputTokens: z.int().nullable(),
    outputTokens: z.int().nullable(),
    cost: z.object({ amount: z.number(), currency: z.string().describe('ISO 4217.') }).nullable(),
    score: z
      .object({
        value: z.number().describe('How good what came of it is, 0–100.'),
        by: z.string().describe('Scores of different scorers do not compare.'),
      })
      .nullable()
      .describe('Null until it is judged.'),
    error: z.string().nullable(),
    createdAt: time,
    startedAt: timeOrNull,
    completedAt: timeOrNull,
    durationMs: milliseconds.nullable(),
  })
  .meta({ id: 'Execution' });

export type ExecutionView = z.infer<typeof executionSchema>;

/** Texts are long: lists do without. */
type Row = Pick<
  PromptExecution,
  Extract<Exclude<keyof PromptExecution, 'prompt' | 'response' | 'parsed'>, string>
>;

export function executionView(row: Row): ExecutionView {
  return {
    id: row.id,
    workflowId: row.workflowId ?? null,
    stepId: row.stepId ?? null,
    stage: row.stage ?? null,
    scope: row.scope,
    purpose: row.purpose,
    attempt: row.attempt,
    status: row.status,
    templateVersionId: row.templateVersionId ?? null,
    experimentVariantId: row.experimentVariantId ?? null,
    agent: row.agent ?? null,
    agentRunId: row.agentRunId ?? null,
    agentRunUrl: row.agentRunUrl ?? null,
    inputTokens: row.inputTokens ?? null,
    outputTokens: row.outputTokens ?? null,
    cost: row.cost == null ? null : { amount: row.cost, currency: row.currency },
    score:
      row.qualityScore == null || row.qualityScorer == null
        ? null
        : { value: row.qualityScore, by: row.qualityScorer },
    error: row.errorMessage == null ? null : redact(row.errorMessage),
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    completedAt: iso(row.completedAt),
    durationMs: row.durationMs == null ? null : Math.max(0, row.durationMs),
  };
}

/** What may differ from one workflow to the next, as the API shows it. */
import { z } from 'zod';
import type { Budget } from '../../../entities/workflows/budget.ts';
import type { WorkflowOptions } from '../../../entities/workflows/workflow-template.ts';
import type { Spent } from '../../engine/budget/judge.ts';
import { milliseconds } from '../times.ts';

export const budgetSchema = z
  .object({
    money: z.number().exactOptional().describe('For agents, in US dollars, as far as they tell.'),
    tokens: z.int().exactOptional().describe('Of agents, read and written, as far as they tell.'),
    wallClock: z
      .string()
      .exactOptional()
      .describe('From its start on, such as `8h`; what it waits for people does not count.'),
    agentRuns: z.int().exactOptional(),
    repairRounds: z.int().exactOptional().describe('Agent runs that mend what did not pass.'),
    onSpent: z.enum(['wait', 'fail']).exactOptional().describe('`wait` where it says nothing.'),
  })
  .meta({ id: 'Budget', description: 'What is left out has no limit.' }) satisfies z.ZodType<Budget>;

export const spentSchema = z.object({
  agentRuns: z.int(),
  repairRounds: z.int(),
  tokens: z.int(),
  money: z.number().describe('US dollars.'),
  wallClockMs: milliseconds,
}) satisfies z.ZodType<Spent>;

export const optionsSchema = z
  .object({
    autoConfirmPlan: z
      .boolean()
      .exactOptional()
      .describe('Create issues without waiting for a person to approve the plan.'),
    autoMerge: z
      .boolean()
      .exactOptional()
      .describe('Merge into the base branch without waiting for a person.'),
    onValidationFailure: z.enum(['wait', 'fail']).exactOptional(),
    maxParallelSteps: z.int().exactOptional(),
    budget: budgetSchema.exactOptional(),
    approvers: z
      .array(z.string())
      .exactOptional()
      .describe('Who may approve or reject, by the name of their key; anybody where it is empty.'),
    approvalDeadlineMs: milliseconds.nullable().exactOptional().describe('Null: for ever.'),
    selfApproval: z.boolean().exactOptional().describe('Whether who put it in may approve it.'),
  })
  .meta({ id: 'WorkflowOptions' }) satisfies z.ZodType<WorkflowOptions>;

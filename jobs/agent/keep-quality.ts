/** Keeps on prompts how good what came of them was, so that templates, rules and variants can be compared. */
import { ExecutionEnhancement } from '../../entities/prompts/execution-enhancement.ts';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { PromptEnhancement } from '../../entities/task/prompt-enhancement.ts';
import type { DurableContext } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';

/** @param parsed what was read from the answer; left out where nothing was */
export async function keepQuality(
  { db }: DurableContext,
  executionId: string,
  { score, scorer, parsed }: { score: number; scorer: string; parsed?: Record<string, unknown> },
): Promise<void> {
  await db.prompts(async (em) => {
    const execution = await em.findOneOrFail(PromptExecution, executionId);
    execution.judged(score, scorer);
    if (parsed) execution.parsed = parsed;
  });
}

/** Keeps what was read from an answer. */
export async function keepParsed(
  { db }: DurableContext,
  executionId: string,
  parsed: Record<string, unknown>,
): Promise<void> {
  await db.prompts(async (em) => {
    (await em.findOneOrFail(PromptExecution, executionId)).parsed = parsed;
  });
}

/** The work of an agent on a step, and the pull request's score before it; null where it was the first. */
export type Work = { executionId: string; scoreBefore: number | null };

/** Keeps the score of an agent's work on a step, for its prompt and for each rule that was applied to it. */
export async function keepGain(
  context: DurableContext,
  stepId: string,
  { executionId, scoreBefore }: Work,
  scoreAfter: number,
  scorer: string,
): Promise<void> {
  const { db, workflow } = context;
  await keepQuality(context, executionId, { score: scoreAfter, scorer });
  const applied = await db.prompts((em) => em.find(ExecutionEnhancement, { executionId }));
  if (applied.length === 0) return;
  await db.task(async (em) => {
    for (const { enhancementId } of applied) {
      await em.upsert(PromptEnhancement, {
        id: deriveId('gain', executionId, enhancementId),
        organizationId: workflow.organizationId,
        stepId,
        executionId,
        enhancementId,
        scoreBefore,
        scoreAfter,
      });
    }
  });
}

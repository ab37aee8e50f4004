/** Keeps on a prompt's execution, and on what was spent, how an agent's run ended. The first word counts. */
import { PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import { AgentRunSpending } from '../../../entities/workflows/agent-run-spending.ts';
import type { OperationContext } from '../../../src/engine/define.ts';
import type { AgentRun } from '../../../src/integrations/agent/port.ts';

export async function keepAnswer(
  { db }: Pick<OperationContext, 'db'>,
  executionId: string,
  { result: response, usage }: Pick<AgentRun, 'result' | 'usage'>,
  error: string | null,
): Promise<void> {
  await db.prompts(async (em) => {
    const execution = await em.findOneOrFail(PromptExecution, executionId);
    execution.ended({ state: error === null ? 'completed' : 'failed', response, error, usage });
  });
  await db.workflows((em) =>
    em.nativeUpdate(
      AgentRunSpending,
      { id: executionId, endedAt: null },
      {
        tokens: usage ? usage.inputTokens + usage.outputTokens : null,
        cost: usage?.costUsd ?? null,
        currency: 'USD',
        endedAt: new Date(),
      },
    ),
  );
}

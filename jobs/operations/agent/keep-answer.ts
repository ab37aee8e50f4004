/** Keeps on a prompt's execution, and on what was spent, how an agent's run ended. The first word counts. */
import { PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import { AgentRunSpending } from '../../../entities/workflows/agent-run-spending.ts';
import { storable } from '../../../src/databases/storable.ts';
import type { OperationContext } from '../../../src/engine/define.ts';
import type { AgentRun } from '../../../src/integrations/agent/port.ts';

export async function keepAnswer(
  { db }: Pick<OperationContext, 'db'>,
  executionId: string,
  { result: response, usage }: Pick<AgentRun, 'result' | 'usage'>,
  error: string | null,
): Promise<void> {
  // agents read out whatever they find, binaries too
  const ended = storable({
    state: error === null ? ('completed' as const) : ('failed' as const),
    response,
    error,
  });
  await db.prompts(async (em) => {
    const execution = await em.findOneOrFail(PromptExecution, executionId);
    execution.ended({ ...ended, usage });
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

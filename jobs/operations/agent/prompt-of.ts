/** Prompts and answers live in prompts_db; the ledger and the queue carry their id. */
import { PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import type { OperationContext } from '../../../src/engine/define.ts';
import type { AgentRun } from '../../../src/integrations/agent/port.ts';

export async function promptOf({ db }: OperationContext, executionId: string): Promise<string> {
  const execution = await db.prompts((em) => em.findOneOrFail(PromptExecution, executionId));
  return execution.prompt;
}

/** Notes on the execution which run works on it. */
export async function markStarted({ db, agent }: OperationContext, executionId: string, run: AgentRun) {
  await db.prompts(async (em) => {
    const execution = await em.findOneOrFail(PromptExecution, executionId);
    execution.started({ agent: agent.name, id: run.id, url: run.url });
  });
  return { runId: run.id, url: run.url };
}

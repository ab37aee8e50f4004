/** Asks the coding agent something and gives its answer: prompt kept, run started, awaited, answer kept. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import type { Workspace } from '../../src/integrations/agent/port.ts';
import type { TemplateSlug } from '../../src/prompts/templates.ts';
import { awaitAgentRun } from '../operations/agent/await-agent-run.ts';
import { followUpAgentRun } from '../operations/agent/follow-up-agent-run.ts';
import { startAgentRun } from '../operations/agent/start-agent-run.ts';
import { type Asking, keepPrompt } from './keep-prompt.ts';

export type Ask = {
  /** `decompose`, `step`, `review` or `repair`. */
  purpose: string;
  template: TemplateSlug;
  variables: Readonly<Record<string, string>>;
  /** Where it works; null for a question that needs no checkout. */
  workspace: Workspace | null;
  /** An earlier run to go on with; a new run where left out. */
  continues?: string;
};

export type Answer = {
  executionId: string;
  runId: string;
  /** The agent's final words; null where it failed or gave none. */
  response: string | null;
  /** Why the agent failed, where it did. */
  error: string | null;
  pullRequests: { number: number; url: string; headBranch: string | null }[];
};

/** @param key tells this question from the others of the durable function */
export async function askAgent(context: Asking, key: string, ask: Ask): Promise<Answer> {
  const executionId = context.derivedId('execution', key);
  await context.beginAgentRun(executionId, ask.purpose);
  await keepPrompt(context, executionId, { ...ask, scope: key });
  const { workspace } = ask;
  const { runId } = await context.perform(
    `${key}/start`,
    ask.continues
      ? followUpAgentRun.with({ runId: ask.continues, executionId, workspace })
      : startAgentRun.with({ executionId, workspace }),
  );
  const { pullRequests } = await context.perform(`${key}/await`, awaitAgentRun.with({ runId, executionId }));
  const execution = await context.db.prompts((em) => em.findOneOrFail(PromptExecution, executionId));
  return {
    executionId,
    runId,
    response: execution.status === 'completed' ? (execution.response ?? '') : null,
    error: execution.errorMessage ?? null,
    pullRequests,
  };
}

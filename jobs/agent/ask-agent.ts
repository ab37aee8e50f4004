/** Asks the coding agent something and gives its answer: prompt kept, run started, awaited, answer kept. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import type { Workspace } from '../../src/integrations/agent/port.ts';
import type { TemplateSlug } from '../../src/prompts/templates.ts';
import { awaitAgentRun } from '../operations/agent/await-agent-run.ts';
import { followUpAgentRun } from '../operations/agent/follow-up-agent-run.ts';
import { startAgentRun } from '../operations/agent/start-agent-run.ts';
import { type Asking, keepPrompt } from './keep-prompt.ts';
import { knownQuestion } from './known-question.ts';

export type Ask = {
  /** `decompose`, `step`, `review` or `repair`. */
  purpose: string;
  template: TemplateSlug;
  variables: Readonly<Record<string, string>>;
  /** Where it works; null for a question that needs no checkout. */
  workspace: Workspace | null;
  /** An earlier run to go on with; a new run where left out. */
  continues?: string;
  /** What a person wants it to be told in this attempt instead, as a follow-up of what it did before. */
  edited?: string | null;
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
  const { executionId, continues } = await settleQuestion(context, key, ask);
  await context.beginAgentRun(executionId, ask.purpose);
  const { runId } = await context.perform(`${key}/start`, begin(ask, executionId, continues));
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

/**
 * Which execution this question is. In a later attempt of the workflow it is the earlier one as long as the agent would be
 * told the same and its answer is of use; otherwise a new one, and the earlier stays as it was.
 */
async function settleQuestion(
  context: Asking,
  key: string,
  ask: Ask,
): Promise<{ executionId: string; continues: string | undefined }> {
  const { attempt, derivedId, stands } = context;
  const idOf = (one: number) => derivedId('execution', key, ...(one > 1 ? [`attempt ${one}`] : []));
  const question = { ...ask, scope: key, attempt };
  const known = attempt > 1 ? await knownQuestion(context, question, idOf) : null;
  if (known) {
    const continues = known.continued ?? ask.continues;
    const isDecided = known.attempt === attempt;
    if (isDecided || (known.isSame && (await stands(`${key}/start`, begin(ask, known.id, continues))))) {
      if (!isDecided) await known.keep();
      return { executionId: known.id, continues };
    }
  }
  const executionId = idOf(attempt);
  await keepPrompt(context, executionId, { ...question, edited: known?.edited ?? ask.edited ?? null });
  return { executionId, continues: known?.toContinue ?? ask.continues };
}

const begin = ({ workspace }: Ask, executionId: string, continues: string | undefined) =>
  continues
    ? followUpAgentRun.with({ runId: continues, executionId, workspace })
    : startAgentRun.with({ executionId, workspace });

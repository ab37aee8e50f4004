/** Asks the coding agent something and gives its answer: prompt kept, run started, awaited, answer kept. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { PromptTemplate } from '../../entities/prompts/prompt-template.ts';
import type { DurableContext } from '../../src/engine/define.ts';
import { deriveId, sha256 } from '../../src/engine/derive.ts';
import type { Workspace } from '../../src/integrations/agent/port.ts';
import { render } from '../../src/prompts/render.ts';
import { shippedTemplate, type TemplateSlug } from '../../src/prompts/templates.ts';
import { awaitAgentRun } from '../operations/agent/await-agent-run.ts';
import { followUpAgentRun } from '../operations/agent/follow-up-agent-run.ts';
import { startAgentRun } from '../operations/agent/start-agent-run.ts';

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
export async function askAgent(context: DurableContext, key: string, ask: Ask): Promise<Answer> {
  const executionId = context.derivedId('execution', key);
  await keepPrompt(context, executionId, key, ask);
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

/** Writes the prompt as it will be sent, once: what the agent is asked does not change when the function is re-entered. */
async function keepPrompt(context: DurableContext, id: string, key: string, ask: Ask): Promise<void> {
  const { organizationId, id: workflowId } = context.workflow;
  await context.db.prompts(async (em) => {
    if (await em.findOne(PromptExecution, id)) return;
    const content = shippedTemplate(ask.template);
    const template = await ensureTemplate(em, organizationId, ask.template, content);
    em.persist(
      em.create(PromptExecution, {
        id,
        organizationId,
        templateId: template,
        workflowId,
        scope: key,
        purpose: ask.purpose,
        prompt: render(content, ask.variables),
      }),
    );
  });
}

/** The id of this version of the template, kept once per organisation. */
async function ensureTemplate(
  em: Parameters<Parameters<DurableContext['db']['prompts']>[0]>[0],
  organizationId: string,
  slug: string,
  content: string,
): Promise<string> {
  const contentHash = sha256(content);
  const known = await em.findOne(PromptTemplate, { slug, contentHash });
  if (known) return known.id;
  const newest = await em.findOne(PromptTemplate, { slug }, { orderBy: { version: 'desc' } });
  const id = deriveId('prompt-template', organizationId, slug, contentHash);
  await em
    .createQueryBuilder(PromptTemplate)
    .insert({ id, organizationId, slug, version: (newest?.version ?? 0) + 1, content, contentHash })
    .onConflict()
    .ignore()
    .execute();
  return id;
}

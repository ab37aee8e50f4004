/** Prompts as they will be sent, and the texts we write for people: each from the organisation's own template. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { ExecutionEnhancement } from '../../entities/prompts/execution-enhancement.ts';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import type { DurableContext, StepItem } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { chooseVersion, versionInProduction } from '../../src/prompts/choose-version.ts';
import { enhance } from '../../src/prompts/enhance.ts';
import { render } from '../../src/prompts/render.ts';
import type { TemplateSlug } from '../../src/prompts/templates.ts';

/** In a step, what it works on. */
export type Asking = DurableContext & { item?: StepItem };

export type Question = {
  scope: string;
  purpose: string;
  template: TemplateSlug;
  variables: Readonly<Record<string, string>>;
  /** Of the workflow. */
  attempt?: number;
  /** Is sent instead of what the template says. */
  edited?: string | null;
};

/** Writes the prompt, once: what the agent is asked does not change when the function is re-entered. */
export async function keepPrompt(context: Asking, id: string, question: Question): Promise<void> {
  const { organizationId, id: workflowId, currentStage: stage } = context.workflow;
  const { scope, purpose, attempt = 1, edited = null } = question;
  await context.db.prompts(async (em) => {
    if (await em.findOne(PromptExecution, id)) return;
    const { prompt, applied, ...chosen } = edited
      ? { prompt: edited, applied: [], version: null, experimentVariantId: null }
      : await promptFor(em, organizationId, id, stage, question);
    const execution = em.create(PromptExecution, {
      id,
      organizationId,
      templateVersionId: chosen.version?.id ?? null,
      experimentVariantId: chosen.experimentVariantId,
      attempt,
      workflowId,
      stepId: context.item?.id ?? null,
      stage,
      scope,
      purpose,
      prompt,
    });
    await em.persist(execution).flush();
    applied.forEach((enhancementId, index) => {
      em.persist(
        em.create(ExecutionEnhancement, {
          id: deriveId('execution-enhancement', id, enhancementId),
          organizationId,
          executionId: id,
          enhancementId,
          position: index + 1,
        }),
      );
    });
  });
}

/** What the agent would be told now. */
export async function promptFor(
  em: EntityManager,
  organizationId: string,
  executionId: string,
  stage: string,
  { template, variables, purpose }: Question,
) {
  const { version, experimentVariantId } = await chooseVersion(em, organizationId, template, executionId);
  const { prompt, applied } = await enhance(em, render(version.content, variables), { stage, purpose });
  return { prompt, applied, version, experimentVariantId };
}

/** A text for people, in the words that were in production when the workflow was made. */
export function textOf(
  { workflow, db }: DurableContext,
  template: TemplateSlug,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  return db.prompts(async (em) => {
    const version = await versionInProduction(em, workflow.organizationId, template, workflow.createdAt);
    return render(version.content, variables).trimEnd();
  });
}

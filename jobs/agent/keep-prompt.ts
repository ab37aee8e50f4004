/** Prompts as they will be sent, and the texts we write for people: each from the organisation's own template. */
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

type Question = {
  scope: string;
  purpose: string;
  template: TemplateSlug;
  variables: Readonly<Record<string, string>>;
};

/** Writes the prompt, once: what the agent is asked does not change when the function is re-entered. */
export async function keepPrompt(context: Asking, id: string, question: Question): Promise<void> {
  const { organizationId, id: workflowId, currentStage: stage } = context.workflow;
  const { scope, purpose, template, variables } = question;
  await context.db.prompts(async (em) => {
    if (await em.findOne(PromptExecution, id)) return;
    const { version, experimentVariantId } = await chooseVersion(em, organizationId, template, id);
    const { prompt, applied } = await enhance(em, render(version.content, variables), { stage, purpose });
    const execution = em.create(PromptExecution, {
      id,
      organizationId,
      templateVersionId: version.id,
      experimentVariantId,
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

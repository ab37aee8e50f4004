/** Which wording of a template is used. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { Experiment } from '../../entities/prompts/experiment.ts';
import { ExperimentVariant } from '../../entities/prompts/experiment-variant.ts';
import { PromptTemplate } from '../../entities/prompts/prompt-template.ts';
import { PromptTemplateLabel } from '../../entities/prompts/prompt-template-label.ts';
import { PromptTemplateLabelMove } from '../../entities/prompts/prompt-template-label-move.ts';
import { PromptTemplateVersion } from '../../entities/prompts/prompt-template-version.ts';
import { sha256 } from '../engine/derive.ts';
import { ensureTemplates, production } from './ensure-templates.ts';
import type { TemplateSlug } from './templates.ts';

export type ChosenVersion = { version: PromptTemplateVersion; experimentVariantId: string | null };

/**
 * The version for a new prompt: a variant of the experiment that runs on the template, or what is in production now.
 * @param subject decides between variants; the same one gets the same
 */
export async function chooseVersion(
  em: EntityManager,
  organizationId: string,
  slug: TemplateSlug,
  subject: string,
): Promise<ChosenVersion> {
  await ensureTemplates(em, organizationId);
  const { id: templateId } = await em.findOneOrFail(PromptTemplate, { slug });
  const experiment = await em.findOne(Experiment, { templateId, status: 'running' });
  const variants = experiment
    ? await em.find(ExperimentVariant, { experimentId: experiment.id }, { orderBy: { name: 'asc' } })
    : [];
  const variant = drawn(variants, subject);
  const versionId =
    variant?.templateVersionId ??
    (await em.findOneOrFail(PromptTemplateLabel, { templateId, label: production })).templateVersionId;
  const version = await em.findOneOrFail(PromptTemplateVersion, versionId);
  return { version, experimentVariantId: variant?.id ?? null };
}

/** By weight; undefined where there is none to draw from. */
export function drawn<Variant extends { weight: number }>(
  variants: readonly Variant[],
  subject: string,
): Variant | undefined {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let left = Number.parseInt(sha256(subject).slice(0, 12), 16) % Math.max(1, total);
  return variants.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
}

/**
 * The version that was in production at a moment, or the first that ever was. So a workflow that is entered again finds
 * the words it wrote before, whoever has moved the label meanwhile.
 */
export async function versionInProduction(
  em: EntityManager,
  organizationId: string,
  slug: TemplateSlug,
  at: Date,
): Promise<PromptTemplateVersion> {
  await ensureTemplates(em, organizationId);
  const { id: templateId } = await em.findOneOrFail(PromptTemplate, { slug });
  const moves = { templateId, label: production };
  const move =
    (await em.findOne(
      PromptTemplateLabelMove,
      { ...moves, movedAt: { $lte: at } },
      { orderBy: { movedAt: 'desc', id: 'asc' } },
    )) ??
    (await em.findOneOrFail(PromptTemplateLabelMove, moves, { orderBy: { movedAt: 'asc', id: 'asc' } }));
  return em.findOneOrFail(PromptTemplateVersion, move.templateVersionId);
}

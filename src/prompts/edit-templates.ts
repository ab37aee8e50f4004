/** What people do to the texts of their organisation: another wording, and which wording is used. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { PromptTemplate } from '../../entities/prompts/prompt-template.ts';
import { PromptTemplateLabel } from '../../entities/prompts/prompt-template-label.ts';
import { PromptTemplateVersion } from '../../entities/prompts/prompt-template-version.ts';
import { deriveId, sha256 } from '../engine/derive.ts';
import { Refusal } from '../engine/refusal.ts';
import { lockTemplates } from './ensure-templates.ts';

export type NewWording = {
  id: string;
  templateId: string;
  content: string;
  changeNote: string | null;
  author: string;
};

/** The variables that a text names and its template is not given. */
export function unknownVariables(
  content: string,
  { variables }: Pick<PromptTemplate, 'variables'>,
): string[] {
  const named = [...content.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string);
  return [...new Set(named)].filter((name) => !Object.hasOwn(variables, name));
}

export async function templateOf(em: EntityManager, id: string): Promise<PromptTemplate> {
  const template = await em.findOne(PromptTemplate, { id });
  if (!template) throw new Refusal('not-found', `There is no template ${id}.`);
  return template;
}

/** Adds a version; no label moves to it. Throws a {@link Refusal} where there is one of this wording. */
export async function addVersion(
  em: EntityManager,
  organizationId: string,
  { templateId, content, ...written }: NewWording,
): Promise<PromptTemplateVersion> {
  await lockTemplates(em, organizationId);
  const contentHash = sha256(content);
  const same = await em.findOne(PromptTemplateVersion, { templateId, contentHash });
  if (same)
    throw new Refusal('conflict', `Version ${same.version} has this wording already; move a label to it.`);
  const newest = await em.findOne(PromptTemplateVersion, { templateId }, { orderBy: { version: 'desc' } });
  const version = (newest?.version ?? 0) + 1;
  const made = em.create(PromptTemplateVersion, {
    ...{ organizationId, templateId, content, contentHash, version },
    ...written,
  });
  await em.persist(made).flush();
  return made;
}

/** Has a label name another version; a label that is not there yet is made. Throws a {@link Refusal}. */
export async function moveLabel(
  em: EntityManager,
  organizationId: string,
  { templateId, label, version, by }: { templateId: string; label: string; version: number; by: string },
): Promise<void> {
  await lockTemplates(em, organizationId);
  const wanted = await em.findOne(PromptTemplateVersion, { templateId, version });
  if (!wanted) throw new Refusal('invalid', `The template has no version ${version}.`);
  const known = await em.findOne(PromptTemplateLabel, { templateId, label });
  if (known) known.moveTo(wanted.id, by);
  else {
    const id = deriveId('prompt-template-label', templateId, label);
    const at = { label, templateVersionId: wanted.id, movedBy: by };
    em.persist(em.create(PromptTemplateLabel, { id, organizationId, templateId, ...at }));
  }
  await em.flush();
}

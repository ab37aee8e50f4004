/**
 * Makes the shipped templates those of an organisation. A template's wording is in its versions, and the label
 * `production` says which of them is used. A release that ships another wording adds a version, and moves the label to
 * it only where nobody has moved it before: what people have chosen stays.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { PromptTemplate } from '../../entities/prompts/prompt-template.ts';
import { PromptTemplateLabel } from '../../entities/prompts/prompt-template-label.ts';
import { PromptTemplateVersion } from '../../entities/prompts/prompt-template-version.ts';
import { deriveId, sha256 } from '../engine/derive.ts';
import { type ShippedTemplate, shippedTemplates, shippedText, type TemplateSlug } from './templates.ts';

/** The label of the version that workflows use. */
export const production = 'production';

/** Author, and mover of labels, where it was the program. */
const shipped = 'shipped';

/** One at a time per organisation until the transaction ends: versions are counted. */
export async function lockTemplates(em: EntityManager, organizationId: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
    `prompt templates of ${organizationId}`,
  ]);
}

/** All of them, there and in use; does nothing where they are. Safe to repeat and to run side by side. */
export async function ensureTemplates(em: EntityManager, organizationId: string): Promise<void> {
  if (await allThere(em)) return;
  await lockTemplates(em, organizationId);
  // rows that were read before the wait may be old
  const fresh = em.fork({ keepTransactionContext: true });
  for (const slug of shippedTemplates.keys()) await ensureTemplate(fresh, organizationId, slug);
}

async function allThere(em: EntityManager): Promise<boolean> {
  const wanted = [...shippedTemplates].map(([slug, template]) => ({
    ...template,
    slug,
    hash: sha256(shippedText(slug)),
  }));
  const [found] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count
       from jsonb_to_recordset(?::jsonb)
              as s(slug text, name text, stage text, purpose text, description text, variables jsonb, hash text)
       join prompt_templates t using (slug, name, stage, purpose, description, variables)
       join prompt_template_versions v on v.template_id = t.id and v.content_hash = s.hash
       join prompt_template_labels l on l.template_id = t.id and l.label = ?`,
    [JSON.stringify(wanted), production],
  );
  return found?.count === wanted.length;
}

async function ensureTemplate(em: EntityManager, organizationId: string, slug: TemplateSlug): Promise<void> {
  const facts = shippedTemplates.get(slug) as ShippedTemplate;
  const variables = { ...facts.variables };
  const template =
    (await em.findOne(PromptTemplate, { slug })) ??
    em.create(PromptTemplate, {
      id: deriveId('prompt-template', organizationId, slug),
      organizationId,
      slug,
      ...facts,
      variables,
    });
  em.assign(template, { ...facts, variables });
  // a version may name only what its template is given, so the template goes first
  await em.persist(template).flush();

  const content = shippedText(slug);
  const contentHash = sha256(content);
  const ofTemplate = { organizationId, templateId: template.id };
  const known = await em.findOne(PromptTemplateVersion, { ...ofTemplate, contentHash });
  const newest = await em.findOne(PromptTemplateVersion, ofTemplate, { orderBy: { version: 'desc' } });
  const version =
    known ??
    em.create(PromptTemplateVersion, {
      id: deriveId('prompt-template-version', template.id, contentHash),
      ...ofTemplate,
      version: (newest?.version ?? 0) + 1,
      content,
      contentHash,
      author: shipped,
    });
  await em.persist(version).flush();

  const label = await em.findOne(PromptTemplateLabel, { ...ofTemplate, label: production });
  if (!label) {
    const id = deriveId('prompt-template-label', template.id, production);
    const at = { label: production, templateVersionId: version.id, movedBy: shipped };
    em.persist(em.create(PromptTemplateLabel, { id, ...ofTemplate, ...at }));
  } else if (!known && label.movedBy === shipped) label.moveTo(version.id, shipped);
  await em.flush();
}

/** The prompt templates that ship with the project, one Markdown file each. */
import { readFileSync } from 'node:fs';

export const templateSlugs = [
  'requirements-decomposition',
  'task-execution',
  'pr-validation',
  'pr-repair',
  'conflict-repair',
] as const;

export type TemplateSlug = (typeof templateSlugs)[number];

/** The text of a template as shipped. */
export function shippedTemplate(slug: TemplateSlug): string {
  return readFileSync(new URL(`./templates/${slug}.md`, import.meta.url), 'utf8');
}

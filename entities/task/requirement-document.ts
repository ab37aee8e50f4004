import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { GithubProject } from './github-project.ts';

const schema = defineEntity({
  name: 'RequirementDocument',
  tableName: 'requirement_documents',
  properties: {
    ...tenantRow,
    githubProjectId: () =>
      p.manyToOne(GithubProject).mapToPk().fieldName('github_project_id').deleteRule('cascade'),
    /** `workflows.workflow_executions.id` of the workflow it was given to. */
    workflowId: p.uuid().unique(),
    /** Counts up per project, from 1. */
    version: p.integer(),
    content: p.text(),
    /** SHA-256 of the content, hexadecimal. */
    contentHash: p.string().length(64),
    author: p.string().length(255),
    ...timestamps,
  },
  uniques: [{ properties: ['githubProjectId', 'version'] }],
});

/** One version of a project's requirements; never changed once written. */
export class RequirementDocument extends schema.class {}
schema.setClass(RequirementDocument);

/** The longest requirements that are taken, UTF-8 bytes. */
export const maxRequirementsBytes = 200_000;

/** Why a text cannot be requirements, as a sentence with the mend; null where it can. */
export function problemOfRequirements(text: string): string | null {
  if (text.trim() === '') return 'The requirements are empty; say in Markdown what should be made.';
  const size = Buffer.byteLength(text);
  if (size <= maxRequirementsBytes) return null;
  return `The requirements have ${Math.ceil(size / 1_000)} kB and may have at most ${maxRequirementsBytes / 1_000} kB; shorten them, or split them over several workflows.`;
}

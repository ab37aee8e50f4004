import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { fullText } from '../full-text.ts';
import { stateMachine } from '../state-machine.ts';
import { GithubProject } from './github-project.ts';

export const requirementStates = ['draft', 'review', 'approved', 'implemented'] as const;

const schema = defineEntity({
  name: 'RequirementDocument',
  tableName: 'requirement_documents',
  properties: {
    ...tenantRow,
    githubProjectId: () =>
      p.manyToOne(GithubProject).mapToPk().fieldName('github_project_id').deleteRule('cascade'),
    /** `workflows.workflow_executions.id` of the workflow it was given to; null where none has it yet. */
    workflowId: p.uuid().nullable().unique(),
    /** Counts up per project, from 1. */
    version: p.integer().check('version > 0'),
    content: p.text(),
    /** SHA-256 of the content, hexadecimal. */
    contentHash: p.string().length(64),
    author: p.string().length(255),
    /** The version whose workflow this one's goes on with; null where it follows none. */
    followsId: p.uuid().nullable(),
    /** What is different from the version before, in words. */
    changeNote: p.text().nullable(),
    /** A workflow works on what is approved, and its end makes it implemented. */
    status: p.enum(requirementStates).default('draft'),
    search: fullText('content'),
    ...timestamps,
  },
  uniques: [{ properties: ['githubProjectId', 'version'] }],
  indexes: [{ name: 'requirement_documents_search', properties: ['search'], type: 'gin' }],
  triggers: [
    fixedColumns('github_project_id', 'version', 'content', 'content_hash', 'author'),
    stateMachine('status', {
      draft: ['review', 'approved'],
      review: ['draft', 'approved'],
      approved: ['review', 'implemented'],
    }),
  ],
});

/** One version of a project's requirements; its text never changes once written. */
export class RequirementDocument extends schema.class {
  implemented(): void {
    this.status = 'implemented';
  }
}
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

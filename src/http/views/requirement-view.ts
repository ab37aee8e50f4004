/** One version of a project's requirements as the API shows it. */
import { z } from 'zod';
import { type RequirementDocument, requirementStates } from '../../../entities/task/requirement-document.ts';
import { time } from '../times.ts';

export const requirementSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    version: z.int().describe('Counts up per project, from 1.'),
    workflowId: z
      .uuid()
      .nullable()
      .describe('The workflow that works by it; null where it was given others since.'),
    status: z.enum(requirementStates),
    author: z.string(),
    contentHash: z.string().describe('SHA-256, hexadecimal.'),
    follows: z.uuid().nullable().describe('The version whose work it goes on with.'),
    changeNote: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Requirement' });

export const requirementDetailSchema = requirementSchema
  .extend({ content: z.string().describe('Markdown.') })
  .meta({ id: 'RequirementDetail' });

export type RequirementView = z.infer<typeof requirementSchema>;

/** Texts are long: lists do without. */
type Row = Pick<RequirementDocument, Extract<Exclude<keyof RequirementDocument, 'content'>, string>>;

export function requirementView(row: Row): RequirementView {
  return {
    id: row.id,
    projectId: row.githubProjectId,
    version: row.version,
    workflowId: row.workflowId ?? null,
    status: row.status,
    author: row.author,
    contentHash: row.contentHash,
    follows: row.followsId ?? null,
    changeNote: row.changeNote ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

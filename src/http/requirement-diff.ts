/** What is different between two versions of requirements, line by line. */
import { formatPatch, structuredPatch } from 'diff';
import { z } from 'zod';
import type { RequirementDocument } from '../../entities/task/requirement-document.ts';

const end = z.object({ id: z.uuid(), version: z.int() });

export const requirementDiffSchema = z
  .object({
    from: end.nullable().describe('Null: nothing, before the first version.'),
    to: end,
    added: z.int().describe('Lines.'),
    removed: z.int().describe('Lines.'),
    patch: z.string().describe('A unified diff; no hunk where they are the same.'),
    hunks: z.array(
      z.object({
        oldStart: z.int(),
        oldLines: z.int(),
        newStart: z.int(),
        newLines: z.int(),
        lines: z.array(z.string()).describe('Each with its sign: a blank, + or -.'),
      }),
    ),
    isExact: z
      .boolean()
      .describe('False where they are too different to be compared in time: then all lines are replaced.'),
  })
  .meta({ id: 'RequirementDiff' });

/** Requests share one thread: longer than this nobody else is kept waiting. */
const patienceMs = 500;
const context = 3;

type Version = Pick<RequirementDocument, 'id' | 'version' | 'content'>;

export function requirementDiff(from: Version | null, to: Version): z.infer<typeof requirementDiffSchema> {
  const names = [nameOf(from), nameOf(to)] as const;
  const texts = [from?.content ?? '', to.content] as const;
  const exact = structuredPatch(...names, ...texts, undefined, undefined, { context, timeout: patienceMs });
  const patch = exact ?? replaced(...names, ...texts);
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  return {
    from: from && { id: from.id, version: from.version },
    to: { id: to.id, version: to.version },
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    patch: formatPatch(patch),
    hunks: patch.hunks,
    isExact: exact !== undefined,
  };
}

const nameOf = (version: Version | null) =>
  version ? `requirements, version ${version.version}` : '/dev/null';

function replaced(oldFileName: string, newFileName: string, before: string, after: string) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  const hunk = { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines };
  return { oldFileName, newFileName, oldHeader: undefined, newHeader: undefined, hunks: [hunk] };
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

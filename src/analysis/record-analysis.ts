/** Keeps what an inspection found in codebase_db. Repeating it for the same workflow changes nothing. */
import { AnalysisRun } from '../../entities/codebase/analysis-run.ts';
import { CodeFile } from '../../entities/codebase/code-file.ts';
import { Codebase } from '../../entities/codebase/codebase.ts';
import { Repository } from '../../entities/projects/repository.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { deriveId } from '../engine/derive.ts';
import type { Inspection } from './inspect-repository.ts';

export type AnalysisSubject = {
  organizationId: string;
  workflowId: string;
  repositoryId: string;
  branch: string;
};

/** Gives the id of the analysis run. */
export async function recordAnalysis(
  db: OrganizationDatabases,
  { organizationId, workflowId, repositoryId, branch }: AnalysisSubject,
  found: Inspection,
): Promise<string> {
  const codebaseId = deriveId('codebase', organizationId, repositoryId, branch);
  const id = deriveId('analysis-run', workflowId);
  await db.codebase(async (em) => {
    await em.upsert(Codebase, { id: codebaseId, organizationId, repositoryId, branch });
    const { commitSha, languages, packageManager, buildCommand, testCommand, totalBytes } = found;
    await em.upsert(AnalysisRun, {
      id,
      organizationId,
      codebaseId,
      workflowId,
      status: 'completed',
      commitSha,
      languages,
      packageManager,
      buildCommand,
      testCommand,
      totalBytes,
      fileCount: found.files.length,
      completedAt: new Date(),
    });
    const rows = found.files.map((file) => ({
      id: deriveId('file', codebaseId, file.path),
      organizationId,
      codebaseId,
      ...file,
    }));
    const kept = new Set(rows.map((row) => row.id));
    const known = await em.find(CodeFile, { codebaseId }, { fields: ['id'] });
    const gone = known.map((file) => file.id).filter((known) => !kept.has(known));
    if (gone.length > 0) await em.nativeDelete(CodeFile, { id: { $in: gone } });
    for (let at = 0; at < rows.length; at += 1_000) await em.upsertMany(CodeFile, rows.slice(at, at + 1_000));
  });
  await db.projects((em) =>
    em.nativeUpdate(Repository, { id: repositoryId }, { languages: found.languages }),
  );
  return id;
}

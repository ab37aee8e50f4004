import { z } from 'zod';
import { inspectRepository as inspect } from '../../../src/analysis/inspect-repository.ts';
import { recordAnalysis } from '../../../src/analysis/record-analysis.ts';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

/** Clones a branch, looks at what it contains, and keeps that as an analysis run in codebase_db. */
export const inspectRepository = defineOperation({
  service: 'github',
  name: 'inspect-repository',
  input: z.object({ repository: repositoryName, repositoryId: z.uuid(), branch: z.string() }),
  output: z.object({ analysisRunId: z.uuid(), commitSha: z.string(), fileCount: z.int() }),
  looks: 'anew',
  retry: { attempts: 5, delay: '5s' },
  timeout: '10m',
  async run({ repository, repositoryId, branch }, { github, db, organizationId, workflowId }) {
    const found = await inspect(await github.gitRemote(repository), repository, branch);
    const analysisRunId = await recordAnalysis(
      db,
      { organizationId, workflowId, repositoryId, branch },
      found,
    );
    return { analysisRunId, commitSha: found.commitSha, fileCount: found.files.length };
  },
});

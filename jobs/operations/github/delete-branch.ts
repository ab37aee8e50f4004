import { z } from 'zod';
import { defineOperation, type Trace } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

/** Deletes a branch; one that is gone counts as deleted. */
export const deleteBranch = defineOperation({
  service: 'github',
  name: 'delete-branch',
  input: z.object({ repository: repositoryName, branch: z.string() }),
  output: z.object({ branch: z.string() }),
  clears: ({ branch }) => [{ kind: 'branch', id: branch }],
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, branch }, { github }) {
    await github.deleteBranch(repository, branch);
    return { branch };
  },
});

/** A branch that a workflow or its agent made. */
export const traceOfBranch = (repository: z.infer<typeof repositoryName>, branch: string): Trace => ({
  kind: 'branch',
  id: branch,
  name: branch,
  delete: deleteBranch.with({ repository, branch }),
});

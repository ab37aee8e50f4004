import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

/** Deletes a branch; one that is gone counts as deleted. */
export const deleteBranch = defineOperation({
  service: 'github',
  name: 'delete-branch',
  input: z.object({ repository: repositoryName, branch: z.string() }),
  output: z.object({ branch: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, branch }, { github }) {
    await github.deleteBranch(repository, branch);
    return { branch };
  },
});

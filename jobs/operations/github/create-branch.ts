import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { hashOf } from '../../../src/engine/derive.ts';
import { repositoryName } from '../workspace.ts';
import { traceOfBranch } from './delete-branch.ts';

/** Creates a branch at a commit, or adopts the one that is there at that commit. */
export const createBranch = defineOperation({
  service: 'github',
  name: 'create-branch',
  input: z.object({ repository: repositoryName, branch: z.string(), sha: z.string() }),
  output: z.object({ name: z.string(), sha: z.string() }),
  // where it stands is for those to say who commit to it
  sameEffect: (earlier, now) =>
    earlier.branch === now.branch && hashOf(earlier.repository) === hashOf(now.repository),
  traces: ({ repository, branch }) => [traceOfBranch(repository, branch)],
  retry: { attempts: 8, delay: '2s' },
  // from where it was made: an agent may have pushed to it already
  async find({ repository, branch, sha }, { github }) {
    const there = await github.getBranch(repository, branch);
    return there && { ...there, sha };
  },
  run: ({ repository, branch, sha }, { github }) => github.createBranch(repository, { name: branch, sha }),
});

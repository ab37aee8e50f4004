import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { pullRequest, repositoryName } from '../workspace.ts';
import { traceOfPull } from './close-pull-request.ts';

/** How long GitHub may take to know a branch that was just pushed, milliseconds. */
const branchLag = 60_000;

/** Opens a pull request, or adopts the one already open from that branch to that base. */
export const openPullRequest = defineOperation({
  service: 'github',
  name: 'open-pull-request',
  input: z.object({
    repository: repositoryName,
    head: z.string(),
    base: z.string(),
    title: z.string(),
    body: z.string(),
  }),
  output: pullRequest,
  traces: ({ repository }, pull) => [traceOfPull(repository, pull)],
  retry: { attempts: 8, delay: '2s' },
  find: ({ repository, head, base }, { github }) => github.findPullRequest(repository, { head, base }),
  run: ({ repository, ...pull }, { github, intendedAt }) =>
    github.openPullRequest(repository, pull, new Date(intendedAt.getTime() + branchLag)),
});

import { z } from 'zod';
import { defineOperation, type Trace } from '../../../src/engine/define.ts';
import { pullRequest, repositoryName } from '../workspace.ts';

/** Closes a pull request without merging it; one that is closed or merged stays as it is. */
export const closePullRequest = defineOperation({
  service: 'github',
  name: 'close-pull-request',
  input: z.object({ repository: repositoryName, number: z.int().positive() }),
  output: pullRequest,
  retry: { attempts: 8, delay: '2s' },
  clears: ({ number }) => [{ kind: 'pull-request', id: String(number) }],
  run: ({ repository, number }, { github }) => github.closePullRequest(repository, number),
});

/** A pull request that a workflow opened or took over. */
export function traceOfPull(
  repository: z.infer<typeof repositoryName>,
  pull: { number: number; url: string; headBranch: string | null; baseBranch?: string },
): Trace {
  const { number, url, headBranch, baseBranch } = pull;
  return {
    kind: 'pull-request',
    id: String(number),
    name: `#${number}`,
    url,
    branches: [headBranch, baseBranch].flatMap((name) => name ?? []),
    close: closePullRequest.with({ repository, number }),
  };
}

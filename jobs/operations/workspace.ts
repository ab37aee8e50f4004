/** The shapes that several operations take. */
import { z } from 'zod';

export const repositoryName = z.object({ owner: z.string().min(1), name: z.string().min(1) });

export const workspace = z.object({
  repository: repositoryName,
  branch: z.string().min(1),
  baseSha: z.string().min(1),
});

export const pullRequest = z.object({
  number: z.int().positive(),
  url: z.string(),
  state: z.enum(['open', 'closed', 'merged']),
  headBranch: z.string(),
  headSha: z.string(),
  baseBranch: z.string(),
});

export const issue = z.object({ id: z.string(), identifier: z.string(), url: z.string() });

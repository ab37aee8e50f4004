import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

/** Reads what GitHub says about a repository; fails permanently where it does not exist or is archived. */
export const readRepository = defineOperation({
  service: 'github',
  name: 'read-repository',
  input: repositoryName,
  output: repositoryName.extend({
    id: z.string(),
    fullName: z.string(),
    description: z.string().nullable(),
    defaultBranch: z.string(),
    isPrivate: z.boolean(),
    isArchived: z.boolean(),
    url: z.string(),
    cloneUrl: z.string(),
    language: z.string().nullable(),
    topics: z.array(z.string()).default([]),
    pushedAt: z.string().nullable().default(null),
  }),
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  run: (repository, { github }) => github.getRepository(repository),
});

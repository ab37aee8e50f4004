import { z } from 'zod';
import { examineChanges as examine } from '../../../src/analysis/examine-changes.ts';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

export const finding = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  file: z.string().optional(),
  line: z.int().optional(),
});

/** Looks at the shape of a pull request's changes: what can be judged without understanding the code. */
export const examineChanges = defineOperation({
  service: 'github',
  name: 'examine-changes',
  input: z.object({
    repository: repositoryName,
    number: z.int().positive(),
    expectedFiles: z.array(z.string()),
  }),
  output: z.object({ files: z.array(z.string()), findings: z.array(finding) }),
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, number, expectedFiles }, { github }) {
    const changes = await github.listChangedFiles(repository, number);
    return { files: changes.map((file) => file.path), findings: examine(changes, expectedFiles) };
  },
});

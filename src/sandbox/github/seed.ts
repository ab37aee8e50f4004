/** Where the contents of a sandbox repository come from. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inScratchFolder } from '../../scratch.ts';
import { GitDirectory, git, must } from './git-directory.ts';

/** A small library with a test, for those who bring no repository. */
const defaultFiles: Record<string, string> = {
  'README.md': '# Greeter\n\nGreets people by name.\n\n    npm test\n',
  'package.json': `${JSON.stringify(
    { name: 'greeter', version: '1.0.0', type: 'module', private: true, scripts: { test: 'node --test' } },
    null,
    2,
  )}\n`,
  'src/greet.js': `import { titleCase } from './title-case.js';

/** A greeting for a person. */
export function greet(name) {
  return \`Hello, \${titleCase(name)}!\`;
}
`,
  'src/title-case.js': `/** Each word with a capital letter. */
export function titleCase(text) {
  return text.replace(/\\b\\w/g, (letter) => letter.toUpperCase());
}
`,
  'test/greet.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greet.js';

test('greets a person by name', () => {
  assert.equal(greet('ada lovelace'), 'Hello, Ada Lovelace!');
});
`,
};

/**
 * Makes the bare repository `directory`.
 *
 * @param from a git repository or working tree to clone (branches and all), or a plain folder to take as first commit
 */
export async function createBare(
  directory: string,
  from: string | undefined,
  defaultBranch: string | undefined,
): Promise<{ bare: GitDirectory; defaultBranch: string }> {
  await mkdir(directory, { recursive: true });
  const bare = new GitDirectory(directory);
  if (from && isRepository(from)) {
    const source = path.resolve(from);
    const branch = defaultBranch ?? (await headOf(source));
    await must(git(directory, ['clone', '--bare', '--quiet', '--no-hardlinks', source, directory]));
    await bare.run(['remote', 'remove', 'origin']);
    return configured(bare, branch);
  }
  const branch = defaultBranch ?? 'main';
  await bare.run(['init', '--bare', '--quiet', `--initial-branch=${branch}`]);
  if (from) await commitFolder(bare, path.resolve(from), branch);
  else await withDefaultFiles((folder) => commitFolder(bare, folder, branch));
  return configured(bare, branch);
}

/** Not `git rev-parse`: it would find the repository that a plain folder happens to lie in. */
function isRepository(folder: string): boolean {
  return existsSync(path.join(folder, '.git')) || existsSync(path.join(folder, 'HEAD'));
}

async function headOf(source: string): Promise<string> {
  return (await must(git(source, ['symbolic-ref', '--short', 'HEAD']))).trim();
}

async function configured(bare: GitDirectory, branch: string) {
  if (!(await bare.branches()).has(branch)) {
    throw new Error(`the repository to copy has no branch ${branch}`);
  }
  await writeFile(path.join(bare.path, 'HEAD'), `ref: refs/heads/${branch}\n`);
  await appendFile(path.join(bare.path, 'config'), settings);
  return { bare, defaultBranch: branch };
}

/** A gc in the background would still be writing when a test removes the folder. */
const settings = `[http]
\treceivepack = true
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\tautogc = false
`;

async function commitFolder(bare: GitDirectory, folder: string, branch: string): Promise<void> {
  const index = path.join(bare.path, 'seed-index');
  const places = { GIT_DIR: bare.path, GIT_WORK_TREE: folder, GIT_INDEX_FILE: index };
  await must(git(folder, ['add', '--all', '.'], places));
  const tree = (await must(git(folder, ['write-tree'], places))).trim();
  await rm(index);
  const commit = await bare.commitTree(tree, [], 'Initial commit');
  await bare.run(['update-ref', `refs/heads/${branch}`, commit]);
}

function withDefaultFiles(use: (folder: string) => Promise<void>): Promise<void> {
  return inScratchFolder(async (folder) => {
    for (const [name, content] of Object.entries(defaultFiles)) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    await use(folder);
  });
}

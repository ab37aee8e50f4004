import type { GitDirectory } from './git-directory.ts';

/** One file of a diff, as GitHub words it. */
export type FileChange = {
  path: string;
  previousPath: string | undefined;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  additions: number;
  deletions: number;
  /** Blob after the change, or before it where the file is gone. */
  sha: string;
  /** From the first `@@` on; absent for binary files and pure renames. */
  patch: string | undefined;
};

const statuses: Record<string, FileChange['status']> = {
  A: 'added',
  C: 'copied',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};

/** What `head` changes since it left `base`; both are commits. */
export function changedFiles(git: GitDirectory, base: string, head: string): Promise<FileChange[]> {
  return git.remember(`diff ${base} ${head}`, async () => {
    const formats = ['--raw', '--numstat', '--patch', '-z', '--no-abbrev', '-M', '--no-ext-diff'];
    return parse(await git.run(['diff', ...formats, `${base}...${head}`, '--']));
  });
}

/** First the raw entries, then the counts in the same order, then the patches. */
function parse(output: string): FileChange[] {
  const fields = output.split('\0');
  const files: Omit<FileChange, 'additions' | 'deletions' | 'patch'>[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const [, , before = '', after = '', letter = 'M'] = (fields[at] ?? '').split(' ');
    const isMove = letter.startsWith('R') || letter.startsWith('C');
    files.push({
      path: fields[at + (isMove ? 2 : 1)] ?? '',
      previousPath: isMove ? fields[at + 1] : undefined,
      status: statuses[letter.charAt(0)] ?? 'changed',
      sha: letter === 'D' ? before : after,
    });
    at += isMove ? 3 : 2;
  }
  const counts = files.map(({ previousPath }) => {
    const [additions, deletions] = (fields[at] ?? '').split('\t');
    at += previousPath === undefined ? 1 : 3;
    // Binary files count as "-".
    return { additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
  });
  // Lines of content start with a blank, a sign or a backslash, so this is a header wherever it stands.
  const sections = fields
    .slice(at)
    .join('\0')
    .split(/^\0?diff --git /m)
    .slice(1);
  return files.map((file, index) => ({
    ...file,
    ...(counts[index] ?? { additions: 0, deletions: 0 }),
    // A file that turned into a link has two sections; then none can be told apart.
    patch: sections.length === files.length ? patchOf(sections[index] ?? '') : undefined,
  }));
}

function patchOf(section: string): string | undefined {
  const at = section.search(/^@@ /m);
  return at < 0 ? undefined : section.slice(at).replace(/\n$/, '');
}

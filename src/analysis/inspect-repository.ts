/** Looks at what a branch contains, without a working tree: git tells names, sizes and blob ids. */
import { PermanentFailure } from '../engine/errors.ts';
import { GitError, git, judgeRemoteError } from '../integrations/git.ts';
import type { GitRemote, RepositoryName } from '../integrations/github/port.ts';
import { inScratchFolder } from '../scratch.ts';
import { type BuildTools, detectBuildTools } from './build-tools.ts';
import { languageOf, notCode } from './languages.ts';

export type InspectedFile = { path: string; blobSha: string; sizeBytes: number; language: string | null };

export type Inspection = BuildTools & {
  commitSha: string;
  files: InspectedFile[];
  /** Bytes per language, largest first. */
  languages: Record<string, number>;
  totalBytes: number;
};

/** Throws `PermanentFailure` where the branch does not exist or the repository is empty. */
export function inspectRepository(
  remote: GitRemote,
  repository: RepositoryName,
  branch: string,
): Promise<Inspection> {
  return inScratchFolder(async (cwd) => {
    await git(['init', '--quiet', '--bare', '.'], { cwd });
    const commitSha = await fetchHead(cwd, remote, repository, branch);
    const files = parseTree(await git(['ls-tree', '-r', '-l', '-z', commitSha], { cwd }));
    const tools = await detectBuildTools(new Set(files.map((file) => file.path)), (file) =>
      git(['show', `${commitSha}:${file}`], { cwd }),
    );
    const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { commitSha, files, totalBytes, languages: bytesPerLanguage(files), ...tools };
  });
}

/** Fetches one commit of the branch and gives its sha. */
async function fetchHead(cwd: string, remote: GitRemote, repository: RepositoryName, branch: string) {
  const fullName = `${repository.owner}/${repository.name}`;
  try {
    await git(['fetch', '--quiet', '--depth', '1', remote.url, `refs/heads/${branch}`], { cwd, remote });
  } catch (error) {
    if (error instanceof GitError && /couldn't find remote ref/i.test(error.message)) {
      throw new PermanentFailure(`${fullName} has no branch "${branch}", or it is empty.`);
    }
    throw await judgeRemoteError(error, fullName, remote);
  }
  return git(['rev-parse', 'FETCH_HEAD'], { cwd });
}

/** Reads `mode type sha size<TAB>path` entries that end in NUL; submodules and links out of the tree have no size. */
function parseTree(text: string): InspectedFile[] {
  return text.split('\0').flatMap((entry) => {
    const [meta, file] = entry.split('\t');
    const [, type, blobSha, size] = meta?.split(/\s+/) ?? [];
    if (!file || type !== 'blob' || !blobSha) return [];
    return [{ path: file, blobSha, sizeBytes: Number(size), language: languageOf(file) }];
  });
}

function bytesPerLanguage(files: readonly InspectedFile[]): Record<string, number> {
  const bytes = new Map<string, number>();
  for (const { language, sizeBytes } of files) {
    if (language && !notCode.has(language)) bytes.set(language, (bytes.get(language) ?? 0) + sizeBytes);
  }
  return Object.fromEntries([...bytes].sort(([, a], [, b]) => b - a));
}

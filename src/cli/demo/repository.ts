/** The repository that the demo works on: a copy, so that nothing happens to the original. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { reasonOf } from '../../engine/errors.ts';
import { git, must } from '../../sandbox/github/git-directory.ts';
import type { Sandbox } from '../../sandbox/start.ts';
import { CliFailure, usageFailure } from '../failure.ts';

export type DemoRepository = {
  owner: string;
  name: string;
  branch: string;
  /** The commit that the branch was at when it was served. */
  sha: string;
  /** Of the bare repository that is served. */
  gitDirectory: string;
  /** What it is a copy of; undefined: the small library that the sandbox brings along. */
  from: string | undefined;
};

const owner = 'demo';

/** The folder of this project, in a checkout and once installed. */
export const projectFolder = path.dirname(findPackageJSON(import.meta.url) as string);

/** The path of `--repo`, or this repository itself where it is a git checkout. */
export async function sourceOf(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return existsSync(path.join(projectFolder, '.git')) ? projectFolder : undefined;
  if (!existsSync(given))
    throw usageFailure(`There is no folder ${given}; give the path of a git repository.`);
  return realpath(given);
}

/** Serves a copy under a name that no earlier run has used: each run begins with the repository as it is now. */
export async function serveRepository(
  { github }: Sandbox,
  from: string | undefined,
  folder: string,
): Promise<DemoRepository> {
  const name = freeName(github.repositories(), nameFor(from), folder);
  const gitDirectory = path.join(folder, owner, `${name}.git`);
  try {
    const served = await withBranch(from, folder, (source) =>
      github.addRepository({ owner, name, ...source }),
    );
    const sha = (await github.branches({ owner, name }))[served.defaultBranch] ?? '';
    return { owner, name, branch: served.defaultBranch, sha, gitDirectory: served.gitDirectory, from };
  } catch (error) {
    await rm(gitDirectory, { recursive: true, force: true });
    throw new CliFailure(
      `${from ?? 'The repository'} cannot be copied (${reasonOf(error)}). Give --repo a git repository with at least one commit.`,
      undefined,
      { cause: error },
    );
  }
}

function nameFor(from: string | undefined): string {
  if (!from) return 'greeter';
  return (
    path
      .basename(from)
      .replace(/\.git$/, '')
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^[.-]+/, '') || 'repository'
  );
}

function freeName(taken: string[], wanted: string, folder: string): string {
  for (let run = 1; ; run++) {
    const name = run === 1 ? wanted : `${wanted}-${run}`;
    const used = taken.some((full) => full.toLowerCase() === `${owner}/${name}`.toLowerCase());
    // an interrupted copy has the folder but is no repository
    if (!used && !existsSync(path.join(folder, owner, `${name}.git`))) return name;
  }
}

/** A checkout of a commit rather than a branch, as build servers make it, is given a branch: `main`. */
async function withBranch<T>(
  from: string | undefined,
  folder: string,
  serve: (source: { from?: string; defaultBranch?: string }) => Promise<T>,
): Promise<T> {
  if (!from) return serve({});
  const commit = await git(from, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  const isRepository = existsSync(path.join(from, '.git')) || existsSync(path.join(from, 'HEAD'));
  const onBranch = (await git(from, ['symbolic-ref', '--quiet', 'HEAD'])).code === 0;
  if (!isRepository || onBranch || commit.code !== 0) return serve({ from });

  await mkdir(folder, { recursive: true });
  const copy = await mkdtemp(path.join(folder, 'detached-'));
  try {
    await must(git(copy, ['clone', '--bare', '--quiet', '--no-hardlinks', from, copy]));
    await must(git(copy, ['update-ref', 'refs/heads/main', commit.stdout.trim()]));
    await must(git(copy, ['symbolic-ref', 'HEAD', 'refs/heads/main']));
    return await serve({ from: copy, defaultBranch: 'main' });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The data folder of the embedded server: made in one piece or not at all. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { reasonOf } from '../engine/errors.ts';
import type { Account, Binaries } from './embedded-binaries.ts';
import { isAlive } from './postmaster.ts';
import { codeOf, ServerError } from './server-error.ts';

const run = promisify(execFile);

export const adminUser = 'postgres';

/** What this process is making just now. */
const drafts = new Set<string>();

/** The major version of the programs, which is that of the data they make. */
const majorVersion = '18';

/**
 * Makes `<dataDir>/postgres` unless it is there. `initdb` works in a folder beside it, which gets its name when it is
 * complete: what an interrupted run leaves behind is never taken for a data folder.
 */
export async function ensureCluster(
  dataDir: string,
  options: { binaries: Binaries; account: Account; adminPassword: string; throwaway: boolean },
): Promise<string> {
  const cluster = path.join(dataDir, 'postgres');
  await removeUnfinished(dataDir);
  if (await isCluster(cluster)) return cluster;

  const draft = path.join(dataDir, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  const { uid, gid } = options.account;
  drafts.add(path.basename(draft));
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${options.adminPassword}\n`, { mode: 0o600, flag: 'wx' });
    if (uid !== undefined && gid !== undefined) {
      await Promise.all([chown(draft, uid, gid), chown(passwordFile, uid, gid)]);
    }
    await run(
      options.binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${adminUser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // the same order on every host, whatever locales it has
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(options.throwaway ? ['--no-sync'] : []),
      ],
      { ...options.account, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } },
    );
    await rename(draft, cluster);
  } catch (error) {
    // another process was quicker
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') && (await isCluster(cluster))) return cluster;
    throw initError(error, cluster);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
    drafts.delete(path.basename(draft));
  }
  return cluster;
}

async function isCluster(cluster: string): Promise<boolean> {
  let files: string[];
  try {
    files = await readdir(cluster);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw initError(error, cluster);
  }
  if (files.length === 0) return false;
  const control = await stat(path.join(cluster, 'global', 'pg_control')).catch(() => undefined);
  if (!files.includes('PG_VERSION') || !control) {
    throw new ServerError(
      `${cluster} holds something else than the data of a PostgreSQL server. Move it away, or set DATA_DIR to another folder.`,
    );
  }
  const version = (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version !== majorVersion) {
    throw new ServerError(
      `${cluster} was made by PostgreSQL ${version}; the one installed here is ${majorVersion}. Dump it with the old version and restore it into a new DATA_DIR.`,
    );
  }
  return true;
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const file of await readdir(dataDir)) {
    const pid = /^postgres\.new-(\d+)-/.exec(file)?.[1];
    if (!pid || drafts.has(file.replace(/\.password$/, ''))) continue;
    // one with our own number that we are not making is of a process before us
    if (Number(pid) !== process.pid && isAlive(Number(pid))) continue;
    await rm(path.join(dataDir, file), { recursive: true, force: true });
  }
}

function initError(error: unknown, cluster: string): ServerError {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : reasonOf(error);
  return new ServerError(`The data folder ${cluster} cannot be made: ${mendOf(said)}`, { cause: error });
}

/** The last word of a PostgreSQL program, with the mend where there is a known one. */
export function mendOf(said: string): string {
  if (/No space left on device|ENOSPC/.test(said)) {
    return 'the disk is full. Make room, or set DATA_DIR to a folder on another disk.';
  }
  if (/Permission denied|EACCES|EPERM|Read-only file system|EROFS/.test(said)) {
    return 'it may not be written. Give yourself the right to, or set DATA_DIR to another folder.';
  }
  if (/error while loading shared libraries|ENOENT/.test(said)) {
    return `the programs of the embedded server do not run here (${lastLine(said)}). Set POSTGRES_HOST to a server of your own.`;
  }
  return lastLine(said);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

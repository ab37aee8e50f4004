/** What must be right on this machine before anything is begun; each lack is said in a sentence with its mend. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, chmod, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { ServerError } from '../databases/server-error.ts';
import { reasonOf } from '../engine/errors.ts';
import { connectRedis, parseRedisUrl, redisUrlForms, withoutRedisSecrets } from '../engine/redis-url.ts';
import { CliFailure } from './failure.ts';

const run = promisify(execFile);

const minimumNode = 24;
/** The sandbox asks `git merge-tree --write-tree` what merges. */
export const sandboxGit = '2.38';

export function checkNode(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= minimumNode) return;
  throw new CliFailure(
    `This takes Node ${minimumNode} or newer; here runs ${version}. In a checkout, \`npm ci\` brings one along and npm's scripts use it; else install it from https://nodejs.org.`,
  );
}

/** @param minimum such as `2.38`; any version where left out */
export async function checkGit(minimum = '0'): Promise<void> {
  const said = await run('git', ['--version']).catch(() => undefined);
  const needed = minimum === '0' ? 'git' : `git ${minimum} or newer`;
  if (!said) {
    throw new CliFailure(
      `There is no git on the PATH. Install ${needed} (https://git-scm.com/downloads), then try again.`,
    );
  }
  const version = /(\d+)\.(\d+)[.\d]*/.exec(said.stdout);
  const [major = 0, minor = 0] = minimum.split('.').map(Number);
  const tooOld =
    version && (Number(version[1]) < major || (Number(version[1]) === major && Number(version[2]) < minor));
  if (tooOld) {
    throw new CliFailure(`git here is ${version[0]}, and ${needed} is needed. Update it, then try again.`);
  }
}

/** Some distributions ship git's HTTP server as a package of its own. */
export async function checkGitServer(): Promise<void> {
  const { stdout } = await run('git', ['--exec-path']);
  const program = path.join(
    stdout.trim(),
    process.platform === 'win32' ? 'git-http-backend.exe' : 'git-http-backend',
  );
  await access(program).catch(() => {
    throw new CliFailure(
      `git's HTTP server is missing (${program}). Install it (Alpine: \`apk add git-daemon\`; Fedora: \`dnf install git-core\`), then try again.`,
    );
  });
}

/** Bytes: for the data of a fresh server with its eight databases, and for the work of one that is there. */
const room = { fresh: 400_000_000, existing: 50_000_000 };

/**
 * Makes the folder if need be, and sees that it can be written and has room.
 * @param server whether an embedded server keeps its data there
 */
export async function checkDataDir(folder: string, { server }: { server: boolean }): Promise<void> {
  const probe = path.join(folder, `.probe-${process.pid}`);
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o711 });
    if (made) await openToPass(made, folder);
    await writeFile(probe, 'x');
  } catch (error) {
    throw new ServerError(
      `The folder ${folder} cannot be written (${reasonOf(error)}). Give yourself the right to, make room, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  if (!server) return;
  const bytes = existsSync(path.join(folder, 'postgres')) ? room.existing : room.fresh;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new CliFailure(
    `There are only ${megabytes(bavail * bsize)} free at ${folder}, and ${megabytes(bytes)} are needed. Make room, or set DATA_DIR to a folder on another disk.`,
  );
}

/** A strict umask would shut the database server out, which root runs under another account. */
async function openToPass(first: string, last: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (let folder = last; folder.length >= first.length; folder = path.dirname(folder)) {
    await chmod(folder, 0o711);
  }
}

const megabytes = (bytes: number) => `${Math.floor(bytes / 1_000_000)} MB`;

export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** Where the queue is to run on Redis: that there is one and that it lets us in. */
export async function checkRedis(url: string | undefined): Promise<void> {
  if (!url) return;
  if (!parseRedisUrl(url)) throw new CliFailure(`REDIS_URL should look like ${redisUrlForms}.`);
  let last: Error | undefined;
  const redis = connectRedis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const reason = reasonOf(last ?? error);
    const mend = /WRONGPASS|NOAUTH|NOPERM/.test(reason)
      ? 'Mend the user and the password in REDIS_URL.'
      : 'Start it, mend REDIS_URL, or unset REDIS_URL to keep the queue in PostgreSQL.';
    throw new CliFailure(`Redis at ${withoutRedisSecrets(url)} gives no way in (${reason}). ${mend}`);
  } finally {
    redis.disconnect();
  }
}

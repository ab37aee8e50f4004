/** A PgBouncer of the test's own: the one of `deploy/`, as a child process on a free port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/free-port.ts';

export type PgBouncer = {
  host: string;
  port: number /** What it has said so far. */;
  log(): string;
  stop(): Promise<void>;
};

/** It refuses to run as root. */
const nobody = 65534;

/**
 * @param server where PostgreSQL is
 * @param urls whose users and passwords it is to know
 */
export async function startPgBouncer(
  server: { host: string; port: number },
  urls: readonly string[],
): Promise<PgBouncer> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'gsw-pgbouncer-'));
  const port = await freePort();
  const users = new Map(
    urls.map((url) => [new URL(url).username, decodeURIComponent(new URL(url).password)]),
  );
  const userlist = path.join(directory, 'userlist.txt');
  await writeFile(userlist, [...users].map(([user, password]) => `"${user}" "${password}"\n`).join(''));
  const deployed = await readFile(new URL('../../deploy/pgbouncer/pgbouncer.ini', import.meta.url), 'utf8');
  const ini = path.join(directory, 'pgbouncer.ini');
  const put = (text: string, [from, to]: [RegExp, string]) => {
    if (!from.test(text)) throw new Error(`deploy/pgbouncer/pgbouncer.ini has no ${from}`);
    return text.replace(from, to);
  };
  await writeFile(
    ini,
    (
      [
        [/host=postgres port=5432/, `host=${server.host} port=${server.port}`],
        [/listen_addr = \S+/, 'listen_addr = 127.0.0.1'],
        [/listen_port = \d+/, `listen_port = ${port}\nunix_socket_dir =`],
        [/auth_file = \S+/, `auth_file = ${userlist}`],
      ] as [RegExp, string][]
    ).reduce(put, deployed),
  );
  const asRoot = process.getuid?.() === 0;
  await chmod(directory, 0o711);
  if (asRoot) for (const file of [userlist, ini]) await chown(file, nobody, nobody);
  const child = spawn('pgbouncer', [ini], {
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(asRoot ? { uid: nobody, gid: nobody } : {}),
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}: ${said}`)));
    child.stderr.on('data', (text) => {
      said += text;
      if (said.includes('process up')) resolve();
    });
  });
  return {
    host: '127.0.0.1',
    port,
    log: () => said,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

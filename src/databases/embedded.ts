/**
 * The embedded PostgreSQL server: a real one, with its data under `<dataDir>/postgres`, reachable from this machine
 * only. It runs in a process of its own. Several of our processes share one server; the one that started it stops it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { reasonOf } from '../engine/errors.ts';
import {
  type Account,
  type Binaries,
  findBinaries,
  unprivilegedAccount,
  withinReach,
} from './embedded-binaries.ts';
import { adminUser, ensureCluster, mendOf } from './embedded-cluster.ts';
import { choosePort, host, readState, writeState } from './embedded-state.ts';
import { findPostmaster, isAlive, type Postmaster } from './postmaster.ts';
import { readSecrets } from './secrets-file.ts';
import { codeOf, ServerError } from './server-error.ts';

/** Recovery after a crash may take a while; the server is left its time as long as it lives. */
const startPatienceMs = 300_000;
const notePatienceMs = 2_000;
const launches = 5;

export type EmbeddedServer = {
  host: string;
  port: number;
  adminUser: string;
  adminPassword: string;
  /** Whether this process is the one that has to stop it. */
  started: boolean;
  /** Stops the server cleanly if this process started it; otherwise leaves it to the one that did. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  dataDir: string;
  /** Gives up durability for speed: for tests, whose data nobody needs after a crash. */
  throwaway?: boolean;
};

/** The data folders whose server this process has to stop. */
const owned = new Set<string>();

type Place = { dataDir: string; cluster: string; binaries: Binaries; account: Account; password: string };

/** Starts the server, or joins the one that runs. Throws {@link ServerError}. */
export async function startEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  let dataDir = path.resolve(options.dataDir);
  const throwaway = options.throwaway ?? false;
  const installed = await findBinaries();
  const account = await unprivilegedAccount();
  await mkdir(dataDir, { recursive: true, mode: 0o711 }).catch((error) => {
    throw new ServerError(`The folder ${dataDir} cannot be made: ${mendOf(reasonOf(error))}`, {
      cause: error,
    });
  });
  // one name for one folder: it tells whether a running server is the one of this folder
  dataDir = await realpath(dataDir);
  const binaries = await withinReach(account, dataDir, installed);
  const { postgres: password } = await readSecrets(dataDir, ['postgres']);
  const cluster = await ensureCluster(dataDir, { binaries, account, adminPassword: password, throwaway });
  const place: Place = { dataDir, cluster, binaries, account, password };

  let last = '';
  for (let launch = 1; launch <= launches; launch++) {
    const running = await findPostmaster(cluster);
    if (running) {
      if (await becomesReady(place, running)) return await join(place, running);
      continue;
    }
    const outcome = await start(place, await choosePort(dataDir, launch), throwaway);
    if ('server' in outcome) return outcome.server;
    last = outcome.said;
    // another process took the port, or started the same server, in the meantime; or what a killed server left has not
    // all ended yet
    if (!/could not bind|Address already in use|lock file "postmaster.pid"|shared memory block/.test(last))
      break;
    await sleep(200);
  }
  throw new ServerError(
    `The embedded PostgreSQL server does not start: ${mendOf(last)} Its log is ${path.join(dataDir, 'postgres.log')}.`,
  );
}

/** Joins a server that runs already, and takes it over if the process that started it is gone. */
async function join(place: Place, running: Postmaster): Promise<EmbeddedServer> {
  let state = await readState(place.dataDir);
  // who started it notes that as soon as it answers
  for (const until = Date.now() + notePatienceMs; state.pid !== running.pid && Date.now() < until; ) {
    await sleep(50);
    state = await readState(place.dataDir);
  }
  const { owner } = state.pid === running.pid ? state : {};
  // a process id of our own may be written there by one that had the same number before us
  const orphaned = owner === process.pid ? !owned.has(place.cluster) : owner === undefined || !isAlive(owner);
  return orphaned ? own(place, running) : serverAt(place, running, false);
}

async function own(place: Place, running: Postmaster): Promise<EmbeddedServer> {
  owned.add(place.cluster);
  await writeState(place.dataDir, running);
  return serverAt(place, running, true);
}

async function start(
  place: Place,
  port: number,
  throwaway: boolean,
): Promise<{ server: EmbeddedServer } | { said: string }> {
  const logFile = path.join(place.dataDir, 'postgres.log');
  await rename(logFile, `${logFile}.previous`).catch(() => undefined);
  const log = await open(logFile, 'a', 0o600);
  const settings = {
    listen_addresses: host,
    unix_socket_directories: '',
    // five processes with the queue on it, each as busy as can be: docs/scaling.md
    max_connections: '600',
    ...(throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess;
  try {
    child = spawn(place.binaries.postgres, ['-D', place.cluster, '-p', String(port), ...flags], {
      ...place.account,
      cwd: '/',
      // nothing of our environment: it holds tokens, and PG* variables would speak to the server
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', log.fd, log.fd],
      // Ctrl-C in a terminal goes to us; we stop it when our workers are done
      detached: true,
    });
  } finally {
    await log.close();
  }
  child.on('error', () => undefined);
  child.unref();
  const pid = child.pid;
  let ready = false;
  try {
    const lives = () => child.exitCode === null && child.signalCode === null;
    ready = pid !== undefined && (await becomesReady(place, { pid, port }, lives));
  } finally {
    if (!ready) child.kill('SIGINT');
  }
  if (pid === undefined || !ready) return { said: await readFile(logFile, 'utf8').catch(() => '') };
  // at the same port, another process's start of this very server may have answered
  if ((await findPostmaster(place.cluster))?.pid !== pid) return { said: 'lock file "postmaster.pid"' };
  return { server: await own(place, { pid, port }) };
}

/** Waits until the server takes connections; false if it ends before that. */
async function becomesReady(
  place: Place,
  { pid, port }: Postmaster,
  lives: () => boolean = () => isAlive(pid),
): Promise<boolean> {
  const until = Date.now() + startPatienceMs;
  while (Date.now() < until) {
    const client = new pg.Client({
      host,
      port,
      user: adminUser,
      password: place.password,
      database: 'postgres',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query('show data_directory');
      // somebody else's server answers at this port
      return (await realpath(rows[0].data_directory)) === (await realpath(place.cluster));
    } catch (error) {
      if (codeOf(error) === '28P01' && (await findPostmaster(place.cluster))?.port === port) {
        throw new ServerError(
          `The server in ${place.cluster} does not know the password in ${place.dataDir}/secrets.json. Restore that file.`,
        );
      }
    } finally {
      await client.end().catch(() => undefined);
    }
    if (!lives()) return false;
    await sleep(30);
  }
  return false;
}

function serverAt(place: Place, { pid, port }: Postmaster, started: boolean): EmbeddedServer {
  // the last resort for a process that ends without stopping it
  const atExit = () => {
    if (process.platform !== 'win32' && isAlive(pid)) process.kill(pid, 'SIGINT');
  };
  if (started) process.once('exit', atExit);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    process.removeListener('exit', atExit);
    owned.delete(place.cluster);
    if ((await findPostmaster(place.cluster))?.pid !== pid) return;
    const order = ['stop', '-D', place.cluster, '-m', 'fast', '-w', '-t', '60'];
    await promisify(execFile)(place.binaries.pg_ctl, order, { ...place.account, cwd: '/' });
  };
  return {
    host,
    port,
    adminUser,
    adminPassword: place.password,
    started,
    stop: async () => {
      if (!started) return;
      stopping ??= stop();
      await stopping;
    },
  };
}

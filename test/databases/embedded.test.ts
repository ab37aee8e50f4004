import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/databases/embedded.ts';
import { mendOf } from '../../src/databases/embedded-cluster.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let dataDir: string;
let servers: EmbeddedServer[];

beforeEach(async () => {
  dataDir = await temporaryDataDir();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function start(options = { throwaway: true }): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, ...options });
  servers.push(server);
  return server;
}

async function query(server: EmbeddedServer, sql: string): Promise<Record<string, unknown>[]> {
  const { host, port, adminUser: user, adminPassword: password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

it('keeps data and port from one start to the next', async () => {
  const first = await start();
  expect(first).toMatchObject({ host: '127.0.0.1', adminUser: 'postgres', started: true });
  await query(first, 'create table kept as select 42 as answer');
  await first.stop();
  await expect(query(first, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  const second = await start();
  expect(second).toMatchObject({ port: first.port, started: true });
  expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

it('orders text the same everywhere, takes 600 connections, and listens on this machine only', async () => {
  const server = await start();
  const [settings] = await query(
    server,
    `select datlocprovider, datlocale, pg_encoding_to_char(encoding) as encoding,
            current_setting('max_connections') as connections, current_setting('listen_addresses') as addresses
       from pg_database where datname = 'postgres'`,
  );
  expect(settings).toEqual({
    datlocprovider: 'b',
    datlocale: 'C.UTF-8',
    encoding: 'UTF8',
    connections: '600',
    addresses: '127.0.0.1',
  });
  expect((await stat(path.join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

it('is shared: who starts it second joins, and leaves it running', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect([one?.started, other?.started].sort()).toEqual([false, true]);
  expect(one?.port).toBe(other?.port);
  const joined = one?.started ? other : one;
  await joined?.stop();
  expect(await query(joined as EmbeddedServer, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('comes back after the server was killed, with all that was committed', async () => {
  const first = await start({ throwaway: false });
  await query(first, 'create table kept as select 1 as one');
  process.kill(await postmasterPid(), 'SIGKILL');
  const second = await start();
  expect(second.started).toBe(true);
  expect(await query(second, 'select one from kept')).toEqual([{ one: 1 }]);
});

it('takes over a server whose starter was killed', async () => {
  const module = new URL('../../src/databases/embedded.ts', import.meta.url);
  const script = `
    const { startEmbeddedServer } = await import(${JSON.stringify(module.href)});
    console.log((await startEmbeddedServer({ dataDir: ${JSON.stringify(dataDir)}, throwaway: true })).port);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const server = await start();
  expect(server).toMatchObject({ port: Number(port), started: true });
  await server.stop();
  await expect(query(server, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

it('is not fooled by the number of a killed server that another process has now', async () => {
  await (await start()).stop();
  await writeFile(
    path.join(dataDir, 'postgres', 'postmaster.pid'),
    `${process.pid}\n${dataDir}/postgres\n0\n1\n`,
  );
  expect((await start()).started).toBe(true);
});

it('begins anew where making the data folder was interrupted', async () => {
  const unfinished = path.join(dataDir, 'postgres.new-4194305-cafe');
  await mkdir(unfinished);
  await writeFile(path.join(unfinished, 'PG_VERSION'), '18\n');
  await start();
  expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))).toEqual([]);
});

it('moves to another port when its own is taken', async () => {
  const first = await start();
  await first.stop();
  const squatter = createServer().listen(first.port, '127.0.0.1');
  await once(squatter, 'listening');
  const second = await start();
  expect(second.port).not.toBe(first.port);
  squatter.close();
});

it('leaves a folder alone that is no data folder', async () => {
  await mkdir(path.join(dataDir, 'postgres'));
  await writeFile(path.join(dataDir, 'postgres', 'thesis.txt'), 'x');
  await expect(start()).rejects.toThrow(/holds something else.*DATA_DIR/);
});

it('says so when its password was lost', async () => {
  await (await start()).stop();
  await rm(path.join(dataDir, 'secrets.json'));
  await expect(start()).rejects.toThrow(/does not know the password.*secrets\.json.*Restore/);
});

it.runIf(process.getuid?.() === 0)('tells root where the user postgres cannot go', async () => {
  await chmod(dataDir, 0o700);
  await expect(start()).rejects.toThrow(/cannot enter .* Set DATA_DIR to .*\/var\/tmp\/gsw/);
});

it('says how to mend a full disk and a folder that may not be written', () => {
  expect(mendOf('initdb: error: could not write: No space left on device')).toMatch(/disk is full/);
  expect(mendOf("EACCES: permission denied, mkdir '/x'")).toMatch(/may not be written.*DATA_DIR/);
});

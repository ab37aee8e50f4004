/** The eight databases, set up once, from which every test file gets copies of its own. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { type DatabaseName, databaseNames, readConfig } from '../../src/config.ts';
import { type ConnectedConfig, resolveConnections } from '../../src/databases/connections.ts';
import { connectGrants } from '../../src/databases/grants.ts';
import { databaseOf, ownerOf, queueUser } from '../../src/databases/names.ts';
import { urlOf } from '../../src/databases/server.ts';
import { setupDatabases } from '../../src/databases/setup.ts';
import { startThrowawayServer } from './throwaway-server.ts';

export type Clones = {
  /** Names them when they are no longer needed. */
  token: string;
  config: ConnectedConfig;
  /** The administrator in each of them, to look past row-level security. */
  adminUrls: Record<DatabaseName, string>;
};

export type Templates = {
  clone(): Promise<Clones>;
  drop(token: string): Promise<void>;
  close(): Promise<void>;
};

const identifier = pg.escapeIdentifier;

export async function openTemplates(): Promise<Templates> {
  const { server, dataDir } = await startThrowawayServer();
  const config = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
  await setupDatabases(config, { server });
  const connected = await resolveConnections(config, server);
  const admin = new pg.Pool({
    connectionString: urlOf(server, 'postgres', server.adminUser, server.adminPassword),
    max: 2,
  });
  // a connection that is still on its way out when the server stops
  admin.on('error', () => undefined);

  const cloneOne = async (name: DatabaseName, token: string) => {
    const database = `${databaseOf(name)}_${token}`;
    const [copy, owner] = [identifier(database), identifier(ownerOf(name))];
    await admin.query(`create database ${copy} owner ${owner} template ${databaseOf(name)}`);
    const grants = connectGrants(name, database);
    if (name === 'workflows') grants.push(`grant connect on database ${copy} to ${queueUser}`);
    await admin.query(grants.join(';'));
  };
  const inDatabase = (url: string, token: string) => {
    const copy = new URL(url);
    copy.pathname += `_${token}`;
    return copy.href;
  };
  const inDatabases = (urls: Record<DatabaseName, string>, token: string) =>
    Object.fromEntries(databaseNames.map((name) => [name, inDatabase(urls[name], token)])) as typeof urls;

  return {
    async clone() {
      const token = randomBytes(4).toString('hex');
      await Promise.all(databaseNames.map((name) => cloneOne(name, token)));
      const adminUrls = Object.fromEntries(
        databaseNames.map((name) => [
          name,
          urlOf(server, `${databaseOf(name)}_${token}`, server.adminUser, server.adminPassword),
        ]),
      ) as Clones['adminUrls'];
      const { queue } = connected;
      return {
        token,
        adminUrls,
        config: {
          ...connected,
          databaseUrls: inDatabases(connected.databaseUrls, token),
          maintenanceUrls: inDatabases(connected.maintenanceUrls, token),
          queue: { ...queue, databaseUrl: queue.databaseUrl && inDatabase(queue.databaseUrl, token) },
        },
      };
    },
    async drop(token) {
      for (const name of databaseNames) {
        await admin.query(
          `drop database if exists ${identifier(`${databaseOf(name)}_${token}`)} with (force)`,
        );
      }
    },
    async close() {
      await admin.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** How the owner of each database's tables is reached: what restoring and erasing take, and the application never has. */
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { ConnectedConfig } from './connections.ts';
import { databaseOf, ownerOf } from './names.ts';
import { adminUrl, type Server } from './server.ts';
import { connectionError, withoutPassword } from './server-error.ts';

export type Owner = {
  /** Who logs in, and where. */
  url: string;
  /** Whom that user then acts as; undefined: he owns the tables himself. */
  role?: string;
};

export type Owners = Record<DatabaseName, Owner>;

/** Throws `ServerError` where the administrator's password is missing. */
export function ownersOf(config: ConnectedConfig, server: Server | undefined, given: GivenUrls): Owners {
  const of = (name: DatabaseName): Owner =>
    server && !given[name]
      ? { url: adminUrl(server, databaseOf(name)), role: ownerOf(name) }
      : { url: config.databaseUrls[name] };
  return Object.fromEntries(databaseNames.map((name) => [name, of(name)])) as Owners;
}

/** The URLs that the environment gave, as opposed to those that were filled in. */
type GivenUrls = Partial<Record<DatabaseName, string>>;

/** Text is the same whoever asks, and wherever: what is copied here is compared there. */
const plainText = [
  `set datestyle = 'ISO'`,
  `set intervalstyle = 'postgres'`,
  `set timezone = 'UTC'`,
  `set bytea_output = 'hex'`,
  'set extra_float_digits = 1',
  `set client_encoding = 'UTF8'`,
];

/** Connects, works as that owner (or user), disconnects. Throws `ServerError` where the server cannot be reached. */
export async function withClient<T>(
  { url, role }: Owner,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectClient({ url, ...(role ? { role } : {}) });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** For who keeps several open at a time. */
export async function connectClient({ url, role }: Owner): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 15_000,
    application_name: 'gsw data',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (role) await client.query(`set role ${pg.escapeIdentifier(role)}`);
    await client.query(plainText.join(';'));
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectionError(error, withoutPassword(url));
  }
}

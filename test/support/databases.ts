import { inject } from 'vitest';
import type { Clones } from './templates.ts';

export type FreshDatabases = Pick<Clones, 'config' | 'adminUrls'> & {
  /** Drops them; call it in `afterAll`, after everything that uses them is closed. */
  drop(): Promise<void>;
};

/**
 * Eight databases of this test file alone, set up and empty, and the settings that lead to them:
 *
 *     let fresh: FreshDatabases;
 *     beforeAll(async () => { fresh = await freshDatabases(); });
 *     afterAll(() => fresh.drop());
 *
 * `connectDatabases(fresh.config)` connects; `fresh.config.queue.databaseUrl` is where BullMQ's schema is.
 */
export async function freshDatabases(): Promise<FreshDatabases> {
  const url = inject('databasesUrl');
  const { token, ...clones }: Clones = await ask(url, 'POST');
  return { ...clones, drop: () => ask(new URL(token, url).href, 'DELETE') };
}

async function ask<T>(url: string, method: string): Promise<T> {
  const response = await fetch(url, { method });
  const text = await response.text();
  if (!response.ok) throw new Error(`The test databases are not to be had: ${text}`);
  return JSON.parse(text);
}

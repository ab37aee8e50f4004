import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { withAdmin } from '../support/families.ts';

const places = 2;

let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => databases.close());
afterAll(() => fresh.drop());

/** What a restart of the server does to one connection. */
async function breakConnection(em: EntityManager): Promise<void> {
  const [row] = await em.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
  await withAdmin(fresh.adminUrls.task, async (admin) => {
    await admin.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
  });
  // the other end has to hear of it
  await new Promise((resolve) => setTimeout(resolve, 100));
}

describe('connections that break in the middle of transactions', () => {
  test.each<[string, (em: EntityManager) => Promise<unknown>]>([
    ['before a statement', (em) => em.execute('select 1')],
    ['before the commit', async () => undefined],
    [
      'before the rollback',
      async () => {
        throw new Error('the work itself failed');
      },
    ],
  ])(
    '%s leave the pool as many places as it had',
    async (_when, then) => {
      databases = connectDatabases(fresh.config, { max: places });
      const db = databases.inOrganization(randomUUID());
      for (let lost = 0; lost < 2 * places; lost++) {
        const broken = db.task(async (em) => {
          await breakConnection(em);
          return then(em);
        });
        await expect(broken).rejects.toThrow();
      }
      const all = Array.from({ length: places }, () => db.task((em) => em.execute('select 1 as one')));
      expect(await Promise.all(all)).toEqual(Array(places).fill([{ one: 1 }]));
    },
    20_000,
  );
});

/**
 * Gives a pool back the place of a connection that broke while somebody had it. Kysely's controlled transactions, which
 * MikroORM's are, let go of theirs only after a commit or rollback that succeeded, and over a broken connection neither
 * does: each one lost would take a place for good, until a process that looks healthy waits for ever for a free one.
 */
import type pg from 'pg';

export function freeWhatIsLost(pool: pg.Pool): void {
  const taken = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => taken.add(client));
  pool.on('release', (_error, client) => taken.delete(client as pg.PoolClient));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!taken.has(client)) return;
      const { release } = client;
      // whoever has it may yet let go of it, and would be told that it is the second time
      client.release = () => undefined;
      release(true);
    });
  });
}

/** Where BullMQ keeps its queues when there is no Redis: a schema of its own in workflows_db. */
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { reasonOf } from '../engine/errors.ts';
import { queueSchema, queueUser } from './names.ts';
import { type Session, SetupError, withSession } from './statements.ts';

const identifier = pg.escapeIdentifier;

/** Makes or updates the queue's schema, owned by the queue's role. Run by the administrator. */
export async function ensureQueueSchema(adminUrl: string): Promise<void> {
  await withSession(adminUrl, async (session) => {
    const { run, database } = session;
    const [exists] = await run(`select from pg_namespace where nspname = '${queueSchema}'`);
    if (!exists) await run(`create schema ${queueSchema} authorization ${identifier(queueUser)}`);
    // BullMQ says "create schema if not exists", which takes the right to even where it does
    await run(`grant create on database ${identifier(database)} to ${identifier(queueUser)}`);
    await run(`grant ${identifier(queueUser)} to current_user`);
    try {
      await run(`set role ${identifier(queueUser)}`);
      await migrateQueue(session);
    } finally {
      await run('reset role');
      await run(`revoke create on database ${identifier(database)} from ${identifier(queueUser)}`);
    }
  });
}

/** The same in a database of somebody else's, as the user of its URL. */
export async function ensureQueueSchemaAt(url: string): Promise<void> {
  await withSession(url, migrateQueue);
}

async function migrateQueue({ client, database }: Session): Promise<void> {
  try {
    await runMigrations(client, queueSchema);
  } catch (error) {
    throw new SetupError(database, `in the queue's migrations: ${reasonOf(error)}`, { cause: error });
  }
}

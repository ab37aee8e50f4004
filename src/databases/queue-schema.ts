/** Where BullMQ keeps its queues when there is no Redis: a schema of its own in workflows_db. */
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { reasonOf } from '../engine/errors.ts';
import { queueSchema, queueUser } from './names.ts';
import type { Fact } from './requirements.ts';
import { type Session, SetupError, withSession } from './statements.ts';

const identifier = pg.escapeIdentifier;

/** BullMQ says "create schema if not exists", which takes the right to even where it does. */
const mayCreate = (database: string) => `create on database ${identifier(database)}`;

/** What of the queue's schema can be planned and compared: what is in it, BullMQ knows. */
export const queueRequirement = (database: string): Fact => ({
  what: `there is the schema ${queueSchema}, of ${queueUser}`,
  holds: `exists (select from pg_namespace where nspname = '${queueSchema}' and nspowner = to_regrole('${queueUser}'))`,
  mend: [
    `grant ${mayCreate(database)} to ${queueUser}`,
    `set role ${queueUser}`,
    `create schema ${queueSchema}`,
    `-- the queue's own migrations, of BullMQ`,
    'reset role',
    `revoke ${mayCreate(database)} from ${queueUser}`,
  ],
});

/**
 * Makes or updates the queue's schema, owned by the queue's role. Run by the administrator.
 * @param owner of the database, who may let others create in it
 */
export async function ensureQueueSchema(adminUrl: string, owner: string): Promise<void> {
  await withSession(adminUrl, async (session) => {
    const { run, database } = session;
    const asOwner = async (statement: string) => {
      await run(`set role ${identifier(owner)}`);
      await run(statement);
    };
    await asOwner(`grant ${mayCreate(database)} to ${queueUser}`);
    try {
      await run(`set role ${queueUser}`);
      await run(`create schema if not exists ${queueSchema}`);
      await migrateQueue(session);
    } finally {
      await run('reset role');
      await asOwner(`revoke ${mayCreate(database)} from ${queueUser}`);
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

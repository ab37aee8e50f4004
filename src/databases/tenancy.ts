/** Transactions, each in the name of one organisation; the database itself refuses the rows of every other. */
import {
  type EntityManager,
  IsolationLevel,
  type MikroORM,
  type TransactionOptions,
} from '@mikro-orm/postgresql';
import { type DatabaseName, databaseNames } from '../config.ts';
import { organizationSetting } from './policies.ts';
import { type By, settingsOf } from './settings.ts';

/**
 * Runs `work` in a transaction on an EntityManager of its own, flushes and commits; rolls back when it throws.
 * The EntityManager is good until then. One transaction inside another of the same database waits for a second
 * connection and can wait for ever: pass the EntityManager on instead.
 */
export type Transaction = <T>(
  work: (em: EntityManager) => Promise<T>,
  options?: Pick<TransactionOptions, 'isolationLevel' | 'readOnly'>,
) => Promise<T>;

/** For reading much that must fit together: what others commit meanwhile is not seen. */
export const oneMoment = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true } as const;

/** One for each database, all in the name of one organisation; no transaction spans two databases. */
export type OrganizationDatabases = Record<DatabaseName, Transaction>;

/** The same for work that crosses organisations. */
export type MaintenanceDatabases = Record<DatabaseName, Transaction>;

export type TransactionSettings = {
  /** Whose rows; undefined for a role that may see all of them. */
  organizationId?: string;
  /** In whose name: what the audit log says of the changes. */
  by: By | undefined;
};

export function transactions(
  ormOf: (name: DatabaseName) => MikroORM,
  { organizationId, by }: TransactionSettings,
): Record<DatabaseName, Transaction> {
  // MikroORM sends them right after `begin`, local to the transaction, and wraps a statement outside of one likewise
  const session = {
    variables: {
      ...(organizationId === undefined ? {} : { [organizationSetting]: organizationId }),
      ...(by ? settingsOf(by) : {}),
    },
  };
  const transaction =
    (name: DatabaseName): Transaction =>
    async (work, options) => {
      // without resolution: inside a transaction of another database, the context is that one's
      const em = ormOf(name).em.fork({ disableContextResolution: true, session });
      await em.begin(options);
      try {
        const result = await work(em);
        await em.commit();
        return result;
      } catch (error) {
        // a connection that broke cannot roll back; why the work failed is what counts
        await em.rollback().catch(() => undefined);
        throw error;
      }
    };
  return Object.fromEntries(databaseNames.map((name) => [name, transaction(name)])) as Record<
    DatabaseName,
    Transaction
  >;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Throws a RangeError for what is no UUID. */
export function checkOrganization(organizationId: string): string {
  if (!uuid.test(organizationId))
    throw new RangeError(`An organisation's id is a UUID, not "${organizationId}".`);
  return organizationId.toLowerCase();
}

/** Transactions, each in the name of one organisation; the database itself refuses the rows of every other. */
import {
  type EntityManager,
  IsolationLevel,
  type MikroORM,
  type TransactionOptions,
} from '@mikro-orm/postgresql';
import type pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import { isUuid } from '../is-uuid.ts';
import { organizationSetting } from './policies.ts';
import { readRows } from './read-rows.ts';
import { type Call, type RowsOf, roundTrip, type Statement } from './round-trip.ts';
import { type By, settingsOf } from './settings.ts';

/** The ways to work with one database: a function with another one on it, for where every round trip counts. */
export type Transaction = {
  /**
   * Runs `work` in a transaction on an EntityManager of its own, flushes and commits; rolls back when it throws.
   * The EntityManager is good until then. One transaction inside another of the same database waits for a second
   * connection and can wait for ever: pass the EntityManager on instead.
   */
  <T>(
    work: (em: EntityManager) => Promise<T>,
    options?: Pick<TransactionOptions, 'isolationLevel' | 'readOnly'>,
  ): Promise<T>;
  /**
   * Runs prepared statements in one transaction and one round trip; gives the rows of each. They are planned for few
   * rows, found by key.
   */
  inOneTrip<const Calls extends readonly Call[]>(calls: Calls, options?: TripOptions): Promise<RowsOf<Calls>>;
};

export type TripOptions = {
  /**
   * Does not wait until what is committed is on disk: for what is done again if a crash of the server forgets it
   * (docs/adr/0016). What was committed before it is never forgotten alone.
   */
  repeatable?: boolean;
};

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
  /** Whether a connection may know statements by name: behind a pooler, the next transaction may have another connection. */
  prepares: boolean;
  /** Holds what is at work, for whoever closes the connections. */
  atWork: Set<Promise<unknown>>;
};

export function transactions(
  ormOf: (name: DatabaseName) => MikroORM,
  { organizationId, by, atWork, prepares }: TransactionSettings,
): Record<DatabaseName, Transaction> {
  const variables: Record<string, string> = {
    ...(organizationId === undefined ? {} : { [organizationSetting]: organizationId }),
    ...(by ? settingsOf(by) : {}),
  };
  const noted = <T>(work: Promise<T>): Promise<T> => {
    atWork.add(work);
    const over = () => atWork.delete(work);
    work.then(over, over);
    return work;
  };
  const transaction = (name: DatabaseName): Transaction => {
    const withEntities = async <T>(
      work: (em: EntityManager) => Promise<T>,
      options?: Pick<TransactionOptions, 'isolationLevel' | 'readOnly'>,
    ) => {
      // without resolution: inside a transaction of another database, the context is that one's;
      // MikroORM sends the variables right after `begin`, local to the transaction, and wraps a statement outside of one likewise
      const em = ormOf(name).em.fork({ disableContextResolution: true, session: { variables } });
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
    const inOneTrip = async <const Calls extends readonly Call[]>(
      calls: Calls,
      { repeatable = false }: TripOptions = {},
    ) => {
      const settings = { ...variables, ...byKey, ...(repeatable ? { synchronous_commit: 'off' } : {}) };
      const orm = ormOf(name);
      const pool = (await orm.driver.getConnection().getNativeClient()) as pg.Pool;
      const first = { statement: settle, values: [JSON.stringify(settings)] };
      const [, ...results] = await roundTrip(pool, [first, ...calls], prepares);
      return results.map((rows, at) => {
        const entity = calls[at]?.as;
        return entity ? readRows(orm, entity, rows) : rows;
      }) as RowsOf<Calls>;
    };
    return Object.assign(((work, options) => noted(withEntities(work, options))) as typeof withEntities, {
      inOneTrip: ((calls, options) => noted(inOneTrip(calls, options))) as typeof inOneTrip,
    });
  };
  return Object.fromEntries(databaseNames.map((name) => [name, transaction(name)])) as Record<
    DatabaseName,
    Transaction
  >;
}

/** Local to the transaction, before anything else in it. */
const settle: Statement = {
  name: 'settle',
  text: 'select set_config(key, value, true) from json_each_text($1::json)',
};

/** A plan is kept for good; made while the tables were small, it would read them whole when they are large. */
const byKey = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };

/** Throws a RangeError for what is no UUID. */
export function checkOrganization(organizationId: string): string {
  if (!isUuid(organizationId))
    throw new RangeError(`An organisation's id is a UUID, not "${organizationId}".`);
  return organizationId.toLowerCase();
}

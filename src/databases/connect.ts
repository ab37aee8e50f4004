/** The eight databases as the rest of the program sees them. */
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { type DatabaseName, databaseNames } from '../config.ts';
import { type ConnectedConfig, livePassword } from './connections.ts';
import { migrationNames, ormFor } from './orm.ts';
import { codeOf, connectionError, ServerError, withoutPassword } from './server-error.ts';
import type { By } from './settings.ts';
import {
  checkOrganization,
  type MaintenanceDatabases,
  type OrganizationDatabases,
  transactions,
} from './tenancy.ts';

export type Databases = {
  /**
   * Transactions that see and write the rows of this organisation only:
   * `const db = databases.inOrganization(id); await db.task((em) => …)`.
   * There is no other way to an EntityManager of the application.
   * @param by in whose name, for the audit log; where left out, whom these databases were connected for
   */
  inOrganization(organizationId: string, by?: By): OrganizationDatabases;
  /** Transactions that see and write the rows of all organisations, for reconciliation and retention. */
  maintenance: MaintenanceDatabases;
  /** The same connections, in the name of somebody else: of the caller of a request, for instance. */
  as(by: By): Databases;
  /** Connects to each, once as the application and once for maintenance. Throws `ServerError` with the mend. */
  check(): Promise<void>;
  close(): Promise<void>;
};

export type PoolSizes = {
  /** Connections per database for the application; a transaction holds one from its start to its end. */
  max?: number;
  /** The same for maintenance. */
  maintenanceMax?: number;
};

/**
 * Connects lazily: with the first transaction, or with `check()`.
 * @param by in whose name changes are made where nobody else is named; left out, the audit log names the database role
 */
export function connectDatabases(
  config: Pick<ConnectedConfig, 'databaseUrls' | 'maintenanceUrls'> &
    Partial<Pick<ConnectedConfig, 'dataDir' | 'generatedRoles' | 'postgres'>>,
  pools: PoolSizes = {},
  by?: By,
): Databases {
  const orm = (name: DatabaseName, url: string, max: number) =>
    ormFor(name, url, { max, password: livePassword(config, url) });
  const app = lazily((name) => orm(name, config.databaseUrls[name], pools.max ?? 5));
  const maintenance = lazily((name) => orm(name, config.maintenanceUrls[name], pools.maintenanceMax ?? 4));
  const prepares = config.postgres?.prepares ?? true;
  const atWork = new Set<Promise<unknown>>();
  const inTheNameOf = (self: By | undefined): Pick<Databases, 'inOrganization' | 'maintenance'> => ({
    inOrganization: (organizationId, other) =>
      transactions(app.get, {
        organizationId: checkOrganization(organizationId),
        by: other ?? self,
        atWork,
        prepares,
      }),
    maintenance: transactions(maintenance.get, { by: self, atWork, prepares }),
  });
  const databases: Databases = {
    ...inTheNameOf(by),
    as: (other) => ({ ...databases, ...inTheNameOf(other) }),
    check: async () => {
      for (const name of databaseNames) {
        await check(name, app.get(name).em, config.databaseUrls[name]);
        await check(name, maintenance.get(name).em, config.maintenanceUrls[name]);
      }
    },
    close: async () => {
      // closed under a transaction, a pool would wait for its connection for ever
      await Promise.allSettled(atWork);
      await Promise.all([app.close(), maintenance.close()]);
    },
  };
  return databases;
}

function lazily(open: (name: DatabaseName) => MikroORM) {
  const orms = new Map<DatabaseName, MikroORM>();
  return {
    get(name: DatabaseName): MikroORM {
      const orm = orms.get(name) ?? open(name);
      orms.set(name, orm);
      return orm;
    },
    async close(): Promise<void> {
      await Promise.all([...orms.values()].map((orm) => orm.close(true)));
    },
  };
}

async function check(name: DatabaseName, em: EntityManager, url: string): Promise<void> {
  const shown = withoutPassword(url);
  const ask = <Row>(sql: string) => em.fork().execute<Row[]>(sql);
  try {
    const [role] = await ask<{ bypasses: boolean }>(
      'select rolsuper or rolbypassrls as bypasses from pg_roles where rolname = current_user',
    );
    if (role?.bypasses) {
      throw new ServerError(
        `The user of ${shown} can bypass row-level security, so organisations would see each other's rows. Give the URL of a user that is no superuser.`,
      );
    }
    const applied = await ask<{ name: string }>('select name from mikro_orm_migrations');
    const expected = await migrationNames(name);
    if (!expected.every((migration) => applied.some((row) => row.name === migration))) {
      throw new ServerError(`${shown} was set up by an earlier version: run \`gsw setup\`.`);
    }
  } catch (error) {
    if (error instanceof ServerError) throw error;
    if (codeOf(error) === '42P01') throw new ServerError(`${shown} is not set up yet: run \`gsw setup\`.`);
    throw connectionError(error, shown);
  }
}

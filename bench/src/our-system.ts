/** This project's engine as the benches run it: stages of their own, everything around them as in production. */
import path from 'node:path';
import { projections } from '../../jobs/projections/index.ts';
import type { Config } from '../../src/config.ts';
import { setupDatabases } from '../../src/databases/setup.ts';
import { type Catalogue, defineStage } from '../../src/engine/define.ts';
import { enqueueWorkflow } from '../../src/engine/enqueue.ts';
import { openSystem } from '../../src/main.ts';
import { ensureDefaultOrganization } from '../../src/security/bootstrap.ts';
import type { Servers } from './contender.ts';

/** @param folder its own below that of the servers */
export function environmentOf({ postgresUrl, dataDir }: Servers, folder: string) {
  const { hostname, port, username, password } = new URL(postgresUrl);
  return {
    DATA_DIR: path.join(dataDir, folder),
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port,
    POSTGRES_ADMIN_USER: decodeURIComponent(username),
    POSTGRES_ADMIN_PASSWORD: decodeURIComponent(password),
    LOG_LEVEL: 'silent',
    // what is measured is the engine, not how many may run at a time
    MAX_RUNNING_WORKFLOWS: '100000',
  };
}

export const catalogueOf = (stages: readonly string[], run: () => Promise<void>): Catalogue => ({
  stages: stages.map((name) => defineStage({ name, run })),
  steps: [],
  operations: [],
  projections,
  maintenance: [],
  eventHandlers: [],
  intake: [],
});

/** Without services: no stage calls any. */
export const openOurs = (config: Config, catalogue: Catalogue) =>
  openSystem(config, { catalogue, services: () => ({}) as never });

/** The same with databases set up, and with what puts one workflow in. */
export async function setUpOurs(config: Config, catalogue: Catalogue) {
  await setupDatabases(config);
  const system = await openOurs(config, catalogue);
  const { organizationId } = await ensureDefaultOrganization(system.engine.databases, config.dataDir);
  const repository = { owner: 'acme', name: 'widgets' };
  return {
    ...system,
    put: () => enqueueWorkflow(system.engine, { organizationId, repository, createdBy: 'bench' }),
  };
}

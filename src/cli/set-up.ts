/** Makes everything that an installation needs before its first workflow. Safe to repeat. */
import { catalogue } from '../../jobs/workflow.ts';
import type { Config } from '../config.ts';
import { connectDatabases } from '../databases/connect.ts';
import { resolveConnections } from '../databases/connections.ts';
import type { Server } from '../databases/server.ts';
import { setupDatabases } from '../databases/setup.ts';
import { seedTemplate } from '../engine/workflow-template.ts';
import { ensureDefaultOrganization } from '../security/bootstrap.ts';
import { operator } from './operator.ts';

/**
 * The databases with their roles and tables, the queue's schema, the first organisation with its key and its workflow
 * template.
 * @param server what `openServer` gave
 * @param onProgress told each step when it is done
 */
export async function setUp(
  config: Config,
  server: Server | undefined,
  onProgress: (step: string) => void,
): Promise<void> {
  await setupDatabases(config, { server, onProgress });
  const { keyWritten } = await ensureFirstKey(config, server);
  onProgress(keyWritten ? 'API key: a new one, in a file of its own' : 'API key: there already');
}

/** The part for which the databases must be set up. */
export async function ensureFirstKey(config: Config, server: Server | undefined) {
  const databases = connectDatabases(await resolveConnections(config, server), {}, operator());
  try {
    const made = await ensureDefaultOrganization(databases, config.dataDir);
    const { organizationId } = made;
    await databases
      .inOrganization(organizationId)
      .workflows((em) => seedTemplate(em, catalogue, organizationId));
    return made;
  } finally {
    await databases.close();
  }
}

/**
 * Whether a start may set up by itself: on the embedded server, or where the administrator's password was given for it.
 * Elsewhere that is the operator's own step, `gsw setup`.
 */
export const setsUpByItself = ({ postgres }: Config): boolean =>
  postgres.host === undefined || postgres.adminPassword !== undefined;

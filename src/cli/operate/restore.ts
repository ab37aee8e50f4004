/** `gsw restore`: fresh databases, the backup into them, an empty queue. */
import path from 'node:path';
import { catalogue } from '../../../jobs/workflow.ts';
import { auditedOrganizations } from '../../audit/organizations.ts';
import { verifyAuditLog } from '../../audit/verify.ts';
import { readConfig } from '../../config.ts';
import { restore } from '../../databases/backup/restore.ts';
import { connectDatabases } from '../../databases/connect.ts';
import { type ConnectedConfig, resolveConnections } from '../../databases/connections.ts';
import { ownersOf } from '../../databases/owners.ts';
import { openServer } from '../../databases/server.ts';
import { setupDatabases } from '../../databases/setup.ts';
import { oneMoment } from '../../databases/tenancy.ts';
import { queueNames } from '../../engine/catalogue.ts';
import { connectQueues } from '../../main.ts';
import { closing } from '../closers.ts';
import { operator } from '../operator.ts';
import { commandName, say } from '../output.ts';
import { checkDataDir, checkRedis } from '../preflight.ts';
import { ensureFirstKey } from '../set-up.ts';

export async function restoreBackup({ from, force }: { from: string; force?: boolean }): Promise<void> {
  const config = readConfig();
  await checkDataDir(config.dataDir, { server: config.postgres.host === undefined });
  await checkRedis(config.queue.redisUrl);
  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    await setupDatabases(config, { server });
    const connected = await resolveConnections(config, server);
    // jobs of what was there before would meet other rows; the reconciler fills the queue again from what comes now
    const queues = connectQueues(connected, () => undefined);
    closers.add(() => queues.close());
    const manifest = await restore({
      owners: ownersOf(connected, server, config.databaseUrls),
      folder: path.resolve(from),
      force: force ?? false,
      beforeWorkflows: () => queues.empty(queueNames(catalogue)),
      onProgress: (step) => say(`✓ ${step}`),
    });
    await verifyLogs(connected);
    const { keyWritten } = await ensureFirstKey(config, server);
    if (keyWritten) say('✓ API key: a new one, because the one in DATA_DIR was not in the backup');
    say(`Restored the backup of ${manifest.startedAt}. Next: ${commandName} start`);
  });
}

/** The chains came back as they were: whatever is wrong with one was wrong before the backup, and is said here. */
async function verifyLogs(config: ConnectedConfig): Promise<void> {
  const databases = connectDatabases(config, {}, operator());
  try {
    for (const { id, slug } of await auditedOrganizations(databases)) {
      const { entries, faults } = await databases
        .inOrganization(id)
        .events((em) => verifyAuditLog(em, id), oneMoment);
      if (faults.length > 0) {
        say(`! The audit log of ${slug ?? id} does not verify: ${commandName} audit verify says where.`);
      } else if (entries > 0) say(`✓ audit log of ${slug ?? id}: ${entries} entries verify`);
    }
  } finally {
    await databases.close();
  }
}

/** `gsw restore`: fresh databases, the backup into them, an empty queue. */
import path from 'node:path';
import { catalogue } from '../../../jobs/workflow.ts';
import { readConfig } from '../../config.ts';
import { restore } from '../../databases/backup/restore.ts';
import { resolveConnections } from '../../databases/connections.ts';
import { ownersOf } from '../../databases/owners.ts';
import { openServer } from '../../databases/server.ts';
import { setupDatabases } from '../../databases/setup.ts';
import { queueNames } from '../../engine/catalogue.ts';
import { connectQueues } from '../../main.ts';
import { closing } from '../closers.ts';
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
    const { keyWritten } = await ensureFirstKey(config, server);
    if (keyWritten) say('✓ API key: a new one, because the one in DATA_DIR was not in the backup');
    say(`Restored the backup of ${manifest.startedAt}. Next: ${commandName} start`);
  });
}

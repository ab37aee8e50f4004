/** A process that does one piece of work on the data and kills itself (SIGKILL) at the given call of its hook. */
import { backUp } from '../../src/databases/backup/backup.ts';
import { restore } from '../../src/databases/backup/restore.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import type { ConnectedConfig } from '../../src/databases/connections.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { Queues } from '../../src/engine/queues.ts';
import { eraseOrganization } from '../../src/erasure/erase-organization.ts';
import { applyRetention } from '../../src/retention/apply-retention.ts';

export type KilledWork = {
  work: 'backup' | 'restore' | 'erase' | 'retention';
  config: ConnectedConfig;
  owners: Owners;
  folder: string;
  organizationId: string;
  /** 1: at the first call. */
  killAt: number;
};

process.once('message', async ({ work, config, owners, folder, organizationId, killAt }: KilledWork) => {
  let calls = 0;
  const hook = () => {
    calls += 1;
    if (calls === killAt) process.kill(process.pid, 'SIGKILL');
  };
  if (work === 'backup') await backUp({ urls: config.maintenanceUrls, folder, onProgress: hook });
  if (work === 'restore') await restore({ owners, folder, atTable: hook });
  if (work === 'retention') await applyRetention(connectDatabases(config), { batch: 10, atBatch: hook });
  if (work === 'erase') {
    await eraseOrganization({
      databases: connectDatabases(config),
      owners,
      maintenanceUrls: config.maintenanceUrls,
      queues: new Queues(
        { postgres: { connectionString: config.queue.databaseUrl as string } },
        () => undefined,
      ),
      queueNames: ['steps'],
      dataDir: folder,
      organizationId,
      atPart: hook,
    });
  }
  process.send?.({ calls });
  process.disconnect();
  process.exit(0);
});
process.send?.('ready');

/** `gsw data`: what an organisation has, handed out or removed. */
import path from 'node:path';
import { catalogue } from '../../../jobs/workflow.ts';
import { readConfig } from '../../config.ts';
import { connectDatabases, type Databases } from '../../databases/connect.ts';
import { type ConnectedConfig, resolveConnections } from '../../databases/connections.ts';
import { ownersOf } from '../../databases/owners.ts';
import { openServer, type Server } from '../../databases/server.ts';
import { queueNames } from '../../engine/catalogue.ts';
import { eraseOrganization, previewErasure } from '../../erasure/erase-organization.ts';
import { unfinishedErasures } from '../../erasure/erasure-record.ts';
import { exportOrganization } from '../../erasure/export-organization.ts';
import { findOrganization, type Tenant } from '../../erasure/organization.ts';
import { connectQueues } from '../../main.ts';
import { type Closers, closing } from '../closers.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { operator } from '../operator.ts';
import { commandName, print, printJson, say } from '../output.ts';

type Opened = { config: ConnectedConfig; server: Server | undefined; databases: Databases; tenant: Tenant };

async function open(closers: Closers, word: string): Promise<Opened> {
  const given = readConfig();
  const server = await openServer(given);
  closers.add(() => server?.stop());
  const config = await resolveConnections(given, server);
  const databases = connectDatabases(config, {}, operator());
  closers.add(() => databases.close());
  await databases.check();
  const tenant = await findOrganization(databases, word);
  if (tenant) return { config, server, databases, tenant };
  const begun = await unfinishedErasures(config.dataDir);
  const hint =
    begun.length > 0 ? ` An erasure that was interrupted goes on with --organization ${begun[0]}.` : '';
  throw new CliFailure(`There is no organisation "${word}".${hint}`);
}

export async function exportData(options: {
  organization: string;
  to: string;
  json?: boolean;
}): Promise<void> {
  await closing(async (closers) => {
    const { config, tenant } = await open(closers, options.organization);
    const folder = path.resolve(options.to);
    const tables = await exportOrganization({
      urls: config.databaseUrls,
      organizationId: tenant.id,
      folder,
      onProgress: (step) => say(`✓ ${step}`),
    });
    if (options.json) printJson(tables);
    say(`Everything of ${options.organization} is in ${folder}, but secrets; manifest.json lists the files.`);
  });
}

export type EraseCommand = {
  organization: string;
  dryRun?: boolean;
  confirm?: string;
  force?: boolean;
  json?: boolean;
};

export async function eraseData(options: EraseCommand): Promise<void> {
  const { organization, confirm, json } = options;
  const dryRun = options.dryRun ?? confirm === undefined;
  if (!dryRun && confirm !== organization) {
    throw usageFailure(
      `--confirm says "${confirm}" and --organization "${organization}"; both must be the same.`,
    );
  }
  await closing(async (closers) => {
    const { config, server, databases, tenant } = await open(closers, organization);
    const { counts, openWorkflows } = await previewErasure(databases, config.maintenanceUrls, tenant.id);
    if (dryRun) {
      if (json) return printJson({ organizationId: tenant.id, openWorkflows, counts });
      for (const { database, table, rows } of counts) if (rows > 0) print(`${database}_db.${table}\t${rows}`);
      say(`${openWorkflows} workflows are not over. Nothing was removed. To remove all of this for good:`);
      say(`  ${commandName} data erase --organization ${organization} --confirm ${organization}`);
      return;
    }
    if (openWorkflows > 0 && !options.force) {
      throw new CliFailure(
        `${openWorkflows} workflows of ${organization} are not over. Cancel them or wait for their end, or end them here with --force.`,
      );
    }
    const queues = connectQueues(config, () => undefined);
    closers.add(() => queues.close());
    const erasure = await eraseOrganization({
      databases,
      owners: ownersOf(config, server, readConfig().databaseUrls),
      maintenanceUrls: config.maintenanceUrls,
      queues,
      queueNames: queueNames(catalogue),
      dataDir: config.dataDir,
      organizationId: tenant.id,
      onProgress: (step) => say(`✓ ${step}`),
    });
    if (json) printJson(erasure);
    say(
      `Removed ${erasure.rows} rows, ${erasure.jobs} jobs and ${erasure.folders} folders; no row is left in any table.`,
    );
    say(`What shows that it was done: ${erasure.recordFile}. Backups made earlier still hold its rows.`);
  });
}

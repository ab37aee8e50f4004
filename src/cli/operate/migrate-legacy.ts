/** `gsw migrate-legacy`: shows or does the migration from the earlier system. */
import path from 'node:path';
import { type DatabaseName, databaseNames, readConfig } from '../../config.ts';
import { backUp } from '../../databases/backup/backup.ts';
import { resolveConnections } from '../../databases/connections.ts';
import { databaseOf } from '../../databases/names.ts';
import { openServer } from '../../databases/server.ts';
import { migrate } from '../../legacy/migrate.ts';
import { hasBegun } from '../../legacy/progress.ts';
import {
  type ReasonCount,
  readReasons,
  readSecretPlaces,
  type SecretPlace,
} from '../../legacy/quarantine.ts';
import { checkPlaces, claim, refuseStrangers } from '../../legacy/refusals.ts';
import { closeSources, openSources } from '../../legacy/source.ts';
import { closeTargets, openTargets, rehearse } from '../../legacy/target.ts';
import { type Closers, closing } from '../closers.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { commandName, print, printJson, say } from '../output.ts';

export type MigrateLegacyOptions = {
  from: string;
  apply?: true;
  intoExisting?: true;
  /** Where backups are put; below `DATA_DIR` where left out. */
  backups?: string;
  /** False: none is made. */
  backup: boolean;
  /** Databases not to be looked for. */
  without?: string[];
  json?: true;
} & Partial<Record<`from${Capitalize<DatabaseName>}`, string>>;

type Migrated = Awaited<ReturnType<typeof migrate>>;

type Outcome = { report: Migrated; reasons: ReasonCount[]; secrets: SecretPlace[] };

export async function migrateLegacy(options: MigrateLegacyOptions): Promise<void> {
  const urls = sourceUrls(options);
  const { report, reasons, secrets } = await closing(async (closers) => {
    const { dataDir, maintenanceUrls } = await ours(closers);
    const targets = await openTargets(maintenanceUrls);
    closers.add(() => closeTargets(targets));
    // the first layout had no workflows_db
    const sources = await openSources(urls, {
      optional: new Set(options.fromWorkflows ? [] : ['workflows']),
      without: new Set(options.without),
    });
    closers.add(() => closeSources(sources));
    await checkPlaces(sources, targets);
    await claim(targets);
    if (!options.intoExisting) await refuseStrangers(sources, targets);
    const work = async (): Promise<Outcome> => ({
      report: await migrate(sources, targets, say),
      reasons: await readReasons(targets),
      secrets: await readSecretPlaces(targets),
    });
    if (!options.apply) return rehearse(targets, work);
    // of an interrupted migration, the backup from before its first run is the one that counts
    if (options.backup && !(await hasBegun(targets))) {
      await keepWhatIsHere(maintenanceUrls, options.backups ?? path.join(dataDir, 'backups'));
    }
    return work();
  });
  if (options.json) printJson({ applied: options.apply === true, ...report, reasons, secrets });
  else show(report, reasons, secrets);
  if (!report.verified) {
    throw new CliFailure(
      'Not every row was found again; the tables with problems are named above. Nothing of the earlier system was changed: mend the cause and repeat.',
    );
  }
  say(
    options.apply
      ? 'Everything was found again, value by value.'
      : `Nothing was changed: this was a rehearsal. To do it: ${commandName} migrate-legacy … --apply`,
  );
}

async function ours(closers: Closers) {
  const config = readConfig();
  const server = await openServer(config);
  closers.add(() => server?.stop());
  return resolveConnections(config, server);
}

/** Backs our databases up as they are before the first row comes in. */
async function keepWhatIsHere(urls: Record<DatabaseName, string>, backups: string): Promise<void> {
  const moment = new Date().toISOString().replace(/[:.]/g, '-');
  const folder = path.resolve(backups, `before-migration-${moment}`);
  await backUp({ urls, folder });
  say(`Our databases as they were are in ${folder}; \`${commandName} restore --from\` brings them back.`);
}

/** The URL of each database: its own, or its usual name on the server. */
export function sourceUrls(options: MigrateLegacyOptions): Record<DatabaseName, string> {
  const urls = databaseNames.map((name) => {
    const own = options[`from${name[0]?.toUpperCase()}${name.slice(1)}` as keyof MigrateLegacyOptions];
    const given = typeof own === 'string' ? own : options.from;
    const url = URL.parse(given);
    if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
      throw usageFailure(
        `${own === undefined ? '--from' : `--from-${name}`} should look like postgres://user@host:5432${own === undefined ? '' : `/${databaseOf(name)}`}.`,
      );
    }
    if (own === undefined) url.pathname = databaseOf(name);
    return [name, url.href] as const;
  });
  return Object.fromEntries(urls) as Record<DatabaseName, string>;
}

function show(report: Migrated, reasons: ReasonCount[], secrets: SecretPlace[]): void {
  const width = Math.max(...report.tables.map(({ source }) => source.length));
  print(`${'table'.padEnd(width)}    rows  mapped  merged  quarantined`);
  for (const { source, rows, mapped, merged, quarantined, problems } of report.tables) {
    const counts = [rows, mapped, merged, quarantined].map((count, index) =>
      String(count).padStart(index === 3 ? 13 : 8),
    );
    print(`${source.padEnd(width)}${counts.join('')}`);
    for (const problem of problems) print(`  ✗ ${problem}`);
  }
  if (reasons.length > 0) print('\nIn quarantine (events_db.legacy_quarantine), and why:');
  for (const { source, extent, rows, reason } of reasons) {
    print(`  ${source}: ${rows} ${extent === 'row' ? 'rows whole' : 'rows in part'}: ${reason}`);
  }
  if (secrets.length > 0) print('\nSecrets, which are not brought over; enter them anew:');
  for (const { organization, source, column, rows } of secrets) {
    print(`  ${organization}: ${source}.${column}${rows > 1 ? ` (${rows} rows)` : ''}`);
  }
  print(`
What is brought over is kept for ever, whatever its age: ${report.kept.organizations.join(', ')} have a policy in projects.retention_policies,
unless they had one before, for ${report.kept.tables.join(', ')}.`);
}

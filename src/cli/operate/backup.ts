/** `gsw backup`: makes a backup, or checks one. */
import path from 'node:path';
import { databaseNames, readConfig } from '../../config.ts';
import { backUp } from '../../databases/backup/backup.ts';
import { verifyBackup } from '../../databases/backup/verify.ts';
import { resolveConnections } from '../../databases/connections.ts';
import { openServer } from '../../databases/server.ts';
import { closing } from '../closers.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { commandName, printJson, say } from '../output.ts';

export type BackupCommand = { to?: string; verify?: string; includeSecrets?: boolean; json?: boolean };

export async function backup({ to, verify, includeSecrets, json }: BackupCommand): Promise<void> {
  if ((to === undefined) === (verify === undefined)) {
    throw usageFailure(
      'Say either where to put the backup (--to FOLDER) or which one to check (--verify FOLDER).',
    );
  }
  if (verify !== undefined) return check(path.resolve(verify), json ?? false);
  const folder = path.resolve(to as string);
  const config = readConfig();
  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    const { maintenanceUrls } = await resolveConnections(config, server);
    const manifest = await backUp({
      urls: maintenanceUrls,
      folder,
      secretsFile: includeSecrets ? path.join(config.dataDir, 'secrets.json') : undefined,
      onProgress: (step) => say(`✓ ${step}`),
    });
    if (json) printJson(manifest);
    say(`The backup is in ${folder}; its eight snapshots lie ${manifest.snapshotGapMs} ms apart.`);
    if (!includeSecrets) {
      say(
        'It holds no master key and no password: keep those of this installation elsewhere, or sealed credentials stay sealed.',
      );
    }
    say(`Check it at any time: ${commandName} backup --verify ${folder}`);
  });
}

async function check(folder: string, json: boolean): Promise<void> {
  const { manifest, tables, rows, faults } = await verifyBackup(folder);
  if (json)
    printJson({ folder, version: manifest.version, startedAt: manifest.startedAt, tables, rows, faults });
  if (faults.length > 0) {
    throw new CliFailure(`The backup in ${folder} is damaged: ${faults.join('; ')}. Use another one.`);
  }
  say(
    `The backup of ${manifest.startedAt} (version ${manifest.version}) is whole: ${tables} tables of ${databaseNames.length} databases, ${rows} rows.`,
  );
}

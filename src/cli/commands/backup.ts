import { Command } from 'commander';

/** `gsw backup` and `gsw restore`. */
export function backupCommands(): Command[] {
  return [
    new Command('backup')
      .description('copy all eight databases into a folder while everything goes on, or check such a copy')
      .option('--to <folder>', 'where to; empty, or made now')
      .option('--verify <folder>', 'check every file of a backup; needs no server')
      .option(
        '--include-secrets',
        "put this installation's secrets.json into it, too: keep it as you keep keys",
      )
      .option('--json', 'what was done, as JSON')
      .action(async (options) => (await import('../operate/backup.ts')).backup(options)),
    new Command('restore')
      .description('set up fresh databases and put a backup into them; workers and API stopped')
      .requiredOption('--from <folder>', 'the backup')
      .option('--force', 'replace what the databases hold')
      .action(async (options) => (await import('../operate/restore.ts')).restoreBackup(options)),
  ];
}

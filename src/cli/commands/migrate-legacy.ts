import { Command } from 'commander';
import { databaseNames } from '../../config.ts';

export function migrateLegacyCommand(): Command {
  const command = new Command('migrate-legacy')
    .description(
      "bring over the earlier system's seven or eight databases; only says what it would do, unless --apply",
    )
    .requiredOption(
      '--from <url>',
      'its server, postgres://user@host:5432, with databases called task_db, projects_db, …',
    )
    .option('--apply', 'do it; may be interrupted and repeated')
    .option('--into-existing', 'although its organisations have workflows here already that it does not know')
    .option('--backups <folder>', 'where our databases are backed up before the first row comes in')
    .option('--no-backup', 'make no backup')
    .option(
      '--without <database>',
      'that it has none of, such as workflows: the first layout had seven',
      collect,
      [],
    )
    .option('--json', 'the report for machines, on stdout');
  for (const name of databaseNames) {
    command.option(`--from-${name} <url>`, `where its ${name}_db is, if not there`);
  }
  return command
    .addHelpText(
      'after',
      `
The password may come from PGPASSWORD instead of the URL, where others could see it.
What has no place here is kept in events_db.legacy_quarantine, with the reason. Secrets are not brought over.
Exit codes: 0 all rows accounted for, 1 not, 2 mistyped.`,
    )
    .action(async (options) => (await import('../operate/migrate-legacy.ts')).migrateLegacy(options));
}

const collect = (value: string, previous: string[]) => [...previous, value];

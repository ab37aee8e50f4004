import { Command } from 'commander';

export function dataCommand(): Command {
  const data = new Command('data').description("an organisation's own data: hand it out, or remove it");
  const sub = (name: string) => new Command(name).copyInheritedSettings(data);
  data.addCommand(
    sub('export')
      .description('write every row of an organisation into files, one JSON object per line')
      .requiredOption('--organization <slug>', 'its slug, or its id')
      .requiredOption('--to <folder>', 'where to; empty, or made now')
      .option('--json', 'what was written, as JSON')
      .action(async (options) => (await import('../operate/data.ts')).exportData(options)),
  );
  data.addCommand(
    sub('erase')
      .description('show what an organisation has, or remove all of it for good')
      .requiredOption('--organization <slug>', 'its slug, or its id')
      .option('--dry-run', 'show what there is and remove nothing; so without --confirm')
      .option('--confirm <slug>', 'remove it: the same word again')
      .option('--force', 'also while workflows of it are not over; they end here')
      .option('--json', 'what there is or was, as JSON')
      .action(async (options) => (await import('../operate/data.ts')).eraseData(options)),
  );
  return data;
}

import { Command } from 'commander';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at everything this installation stands on, and say what is amiss and how to mend it')
    .option('--json', 'what was found, as JSON')
    .action(async (options: { json?: boolean }) => (await import('../operate/doctor.ts')).doctor(options));
}

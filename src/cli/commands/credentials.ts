import { Argument, Command, Option } from 'commander';
import { credentialKinds } from '../../../entities/projects/credential.ts';

const work = () => import('../operate/credentials.ts');

/** `key=value`, gathered. */
const setting = (text: string, given: string[] = []): string[] => [...given, text];

export function credentialsCommand(): Command {
  const kind = () => new Argument('<kind>', 'what it is').choices(credentialKinds);
  const organization = () =>
    new Option('-o, --organization <slug>', 'whose').default('default', 'the default organisation');
  const name = () => new Option('-n, --name <name>', 'which of that kind').default('default');
  const json = () => new Option('--json', 'for programs');

  const all = new Command('credentials').description(
    'with what an organisation acts at GitHub, Linear and others',
  );
  all
    .command('list')
    .description('what is kept, without the values')
    .addOption(organization())
    .addOption(json())
    .action(async (options) => (await work()).list(options));
  all
    .command('set')
    .description('keep a value, or replace the one there is; it is read from stdin')
    .addArgument(kind())
    .addOption(organization())
    .addOption(name())
    .option('--from-env <variable>', 'read the value from this variable instead')
    .option(
      '--setting <key=value>',
      'what comes with it and is no secret, such as appId=123; may be repeated',
      setting,
    )
    .option('--expires <date>', 'when it ends, such as 2027-01-31')
    .addOption(json())
    .action(async (which, options) => (await work()).set(which, options));
  all
    .command('revoke')
    .description('destroy the value here; take it back at the provider, too')
    .addArgument(kind())
    .addOption(organization())
    .addOption(name())
    .addOption(json())
    .action(async (which, options) => (await work()).revoke(which, options));
  all
    .command('rotate-master')
    .description('put all under the current master key; may be interrupted and started again')
    .addOption(json())
    .action(async (options) => (await import('../operate/rotate-master.ts')).rotate(options));
  return all;
}

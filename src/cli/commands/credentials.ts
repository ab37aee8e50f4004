import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { type CredentialKind, credentialKinds } from '../../../entities/projects/credential.ts';
import type { Credential } from '../../client/index.ts';
import type { CredentialKeeper } from '../credentials/keeper.ts';
import { CliFailure } from '../failure.ts';
import { findApiOfKey } from '../find-api.ts';
import { expires } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readSecret } from '../read-secret.ts';

type Options = { organization?: string; json?: boolean };
type Which = Options & { name: string };
type Given = Which & { fromEnv?: string; setting?: Record<string, string>; expires?: string };

export function credentialsCommand(): Command {
  const all = new Command('credentials').description(
    'with what an organisation acts at GitHub, Linear and others',
  );
  const command = (name: string, description: string) =>
    all
      .command(name)
      .description(description)
      .addOption(
        new Option(
          '-o, --organization <slug>',
          'whose, in the databases of this installation; else over the API where GSW_API_KEY is set, or of the default one',
        ),
      )
      .option('--json', 'for programs');
  const which = (of: Command) =>
    of
      .addArgument(new Argument('<kind>', 'what it is').choices(credentialKinds))
      .addOption(new Option('-n, --name <name>', 'which of that kind').default('default'));

  command('list', 'what is kept, without the values').action(async (options: Options) => {
    const rows = await (await keeperOf(options)).list();
    if (options.json) return printJson(rows);
    if (rows.length === 0) say(`None. Keep one: ${commandName} credentials set KIND < FILE`);
    for (const row of rows) print(lineOf(row));
  });
  which(command('set', 'keep a value, or replace the one there is; it is read from stdin'))
    .option('--from-env <variable>', 'read the value from this variable instead')
    .addOption(
      new Option(
        '--setting <key=value>',
        'what comes with it and is no secret, such as appId=123; may be repeated',
      ).argParser(setting),
    )
    .addOption(expires())
    .action(async (kind: CredentialKind, { name, setting: settings, ...options }: Given) => {
      const secret = await readSecret(options.fromEnv);
      const keeper = await keeperOf(options);
      const { expires: expiresAt = null } = options;
      const { kept, ...more } = await keeper.set({ kind, name, secret, settings, expiresAt });
      if (options.json) return printJson({ ...kept, ...more });
      say(`✓ kept ${lineOf(kept)}`);
      const { woken = 0 } = more;
      if (woken > 0) say(`✓ ${woken} waiting ${woken === 1 ? 'operation goes' : 'operations go'} on`);
    });
  which(command('test', 'ask the provider whether it takes one; exit code 1 where it does not')).action(
    async (kind: CredentialKind, { name, ...options }: Which) => {
      const trial = await (await keeperOf(options)).test({ kind, name });
      if (options.json) printJson(trial);
      const outcome = `${kind} "${name}" ${inWords[trial.outcome]}: ${trial.detail}`;
      if (trial.outcome === 'refused' || trial.outcome === 'unreachable') throw new CliFailure(outcome);
      if (!options.json) say(`✓ ${outcome}`);
    },
  );
  which(command('revoke', 'destroy the value here; take it back at the provider, too')).action(
    async (kind: CredentialKind, { name, ...options }: Which) => {
      const gone = await (await keeperOf(options)).revoke({ kind, name });
      if (options.json) return printJson(gone);
      say(`✓ ${kind} "${name}" is revoked and its value destroyed here; take it back at the provider, too.`);
    },
  );
  all
    .command('rotate-master')
    .description('put all under the current master key; may be interrupted and started again')
    .option('--json', 'for programs')
    .action(async (options) => (await import('../operate/rotate-master.ts')).rotate(options));
  return all;
}

const inWords = {
  valid: 'is valid',
  untried: 'was not tried',
  refused: 'is refused',
  unreachable: 'could not be tried',
} as const;

async function keeperOf(options: Options): Promise<CredentialKeeper> {
  const api = findApiOfKey(options);
  if (api) return (await import('../credentials/over-api.ts')).keeperOverApi(api);
  const { keeperInDatabases } = await import('../credentials/in-databases.ts');
  return keeperInDatabases(options.organization ?? 'default');
}

function setting(pair: string, given: Record<string, string> = {}): Record<string, string> {
  const at = pair.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as key=value.');
  return { ...given, [pair.slice(0, at)]: pair.slice(at + 1) };
}

function lineOf(row: Credential): string {
  const settings = Object.entries(row.settings).map(([key, value]) => `${key}=${value}`);
  return [
    `${row.kind} "${row.name}"`,
    row.lastFour ? `…${row.lastFour}` : 'hidden',
    row.statusReason ? `${row.status} (${row.statusReason})` : row.status,
    ...settings,
    row.expiresAt ? `expires ${row.expiresAt.slice(0, 10)}` : '',
    row.lastUsedAt ? `used ${row.lastUsedAt.slice(0, 16).replace('T', ' ')}` : 'never used',
  ]
    .filter(Boolean)
    .join('  ');
}

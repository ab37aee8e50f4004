import { Argument, Command } from 'commander';
import type { EventSource, NewEventSource } from '../../client/index.ts';
import { providerNames } from '../../events/providers/index.ts';
import type { ApiClient } from '../api-client.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, named, type Options } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readSecret } from '../read-secret.ts';

type Secret = { secret?: boolean; fromEnv?: string };
type CreateOptions = Options & Secret & { label?: string; assignee?: string; repository?: string };

export function sourcesCommand(): Command {
  const all = new Command('sources').description(
    'which services may tell us, by webhook, what happens there',
  );
  const command = (name: string, description: string) => apiCommand(all, name, description);
  const withSecret = (of: Command) =>
    of
      .option('--secret', 'it is one that was made there: read it from stdin')
      .option('--from-env <variable>', 'the same, read from this variable');
  command('list', 'what there is').action(async (options: Options) => {
    const { items } = await (await findApi(options)).sources.list();
    if (options.json) return printJson(items);
    if (items.length === 0) say(`None. Listen to one: ${commandName} sources create NAME github`);
    for (const one of items) print(lineOf(one));
  });
  withSecret(command('create', 'listen to a service; prints the URL to send webhooks to'))
    .argument('<name>', 'what it is called')
    .addArgument(new Argument('<provider>', 'who sends').choices([...providerNames]))
    .option('--label <label>', 'the label that starts a workflow; gsw where left out')
    .option('--assignee <login>', 'whom an issue is given to, to start a workflow')
    .option('--repository <owner/repo>', 'where the work for issues of Linear is done')
    .action(create);
  withSecret(command('rotate', 'give it another secret; the earlier one counts until --forget-earlier'))
    .argument('<source>', 'its id or name')
    .action(async (which: string, options: Options & Secret) => {
      const api = await findApi(options);
      const { id } = await find(api, which);
      tellSecret(await api.sources.replaceSecret(id, await secretIn(options)), options);
    });
  command('forget-earlier', 'its earlier secrets count no more')
    .argument('<source>', 'its id or name')
    .action((which: string, options: Options) => change(which, { forgetEarlier: true }, options));
  command('disable', 'take nothing from it')
    .argument('<source>', 'its id or name')
    .action((which: string, options: Options) => change(which, { isActive: false }, options));
  command('enable', 'take what it sends')
    .argument('<source>', 'its id or name')
    .action((which: string, options: Options) => change(which, { isActive: true }, options));
  return all;
}

async function create(
  name: string,
  provider: EventSource['provider'],
  options: CreateOptions,
): Promise<void> {
  const { label, assignee, repository } = options;
  const secret = await secretIn(options);
  const made = await (await findApi(options)).sources.create({
    name,
    provider: provider as 'github',
    ...(secret === undefined ? {} : { secret }),
    settings: {
      ...(label ? { startLabel: label } : {}),
      ...(assignee ? { startAssignee: assignee } : {}),
      ...(repository ? { repository } : {}),
    },
  });
  tellSecret(made, options);
}

const secretIn = async ({ secret, fromEnv }: Secret): Promise<string | undefined> =>
  secret || fromEnv !== undefined ? (await readSecret(fromEnv)).trim() : undefined;

function tellSecret(made: NewEventSource, { json }: Options): void {
  if (json) {
    printJson(made);
    return;
  }
  print(made.url);
  if (made.secret) print(made.secret);
  say(`✓ ${made.name}: have ${made.provider} send its webhooks to this URL, as application/json.`);
  if (made.secret) say('  The second line is the secret; it is not shown again.');
  if (isOfThisMachine(made.url)) {
    say(
      '  Only what runs on this machine reaches it there: set PUBLIC_URL to where services reach the API, and start it again.',
    );
  }
}

const isOfThisMachine = (url: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

async function change(
  which: string,
  to: { isActive?: boolean; forgetEarlier?: boolean },
  options: Options,
): Promise<void> {
  const api = await findApi(options);
  const changed = await api.sources.change((await find(api, which)).id, to);
  if (options.json) return printJson(changed);
  say(lineOf(changed));
}

function lineOf({ id, name, provider, isActive, hasSecret, lastEventAt }: EventSource): string {
  const heard = lastEventAt ? `heard ${lastEventAt.slice(0, 16).replace('T', ' ')}` : 'never heard of';
  const secret = hasSecret ? '' : '  has no secret yet';
  return `${isActive ? '✓' : '–'} ${id}  ${name}  ${provider}  ${heard}${secret}`;
}

async function find(api: ApiClient, which: string): Promise<EventSource> {
  const { items } = await api.sources.list();
  return named(items, which, { what: 'source', nameOf: ({ name }) => name, list: 'sources list' });
}

import { Command, Option } from 'commander';
import type { Delivery, Subscription, SubscriptionChange } from '../../client/index.ts';
import type { ApiClient } from '../api-client.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, named, type Options, wholeNumber } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readSecret } from '../read-secret.ts';

type Terms = {
  types?: string[];
  sources?: string[];
  projects?: string[];
  level?: Subscription['level'];
  maxPerHour?: number;
};
type CreateOptions = Options & Terms & { webhook?: string; slack?: string; fromEnv?: string };
type ChangeOptions = Options & Terms & { name?: string; destination?: string };

const levels: Subscription['level'][] = ['debug', 'info', 'warning', 'error'];

export function subscriptionsCommand(): Command {
  const all = new Command('subscriptions').description('who is told what happens, by webhook or in Slack');
  const command = (name: string, description: string) => apiCommand(all, name, description);
  const of = (name: string, description: string) =>
    command(name, description).argument('<subscription>', 'its id or name');
  const withTerms = (to: Command) =>
    to
      .option('--types <types>', 'such as workflow.failed,stage.*', words)
      .option(
        '--sources <sources>',
        'workflows, vault, subscriptions or a provider; workflows unless told',
        words,
      )
      .option('--projects <ids>', 'of these projects only', words)
      .addOption(new Option('--level <level>', 'and what matters more; info unless told').choices(levels))
      .option('--max-per-hour <n>', 'what is more waits', wholeNumber);

  command('list', 'what there is').action(async (options: Options) => {
    const { items } = await (await findApi(options)).subscriptions.list();
    if (options.json) return printJson(items);
    if (items.length === 0) say(`None. Add one: ${commandName} subscriptions create NAME --webhook URL`);
    for (const one of items) print(lineOf(one));
  });
  withTerms(
    command('create', 'tell a webhook or a Slack channel; prints the id, and the secret of a webhook'),
  )
    .argument('<name>', 'what it is called')
    .addOption(new Option('--webhook <url>', 'an https:// address').conflicts('slack'))
    .option('--slack <channel>', 'the id of a channel that the bot is in')
    .option('--from-env <variable>', 'a secret of your own for the webhook, whsec_…, in this variable')
    .action(create);
  of('show', 'one').action(async (which: string, options: Options) => {
    const found = await find(await findApi(options), which);
    if (options.json) return printJson(found);
    print(lineOf(found));
    for (const line of termsOf(found)) print(`  ${line}`);
  });
  withTerms(of('update', 'change what it is told, or where'))
    .option('--name <name>', 'what it is called')
    .option('--destination <where>', 'another URL or channel')
    .action((which: string, { demo: _, json: __, ...to }: ChangeOptions, command: Command) =>
      change(which, to, command.opts()),
    );
  const switches = {
    activate: ['active', 'let it go on, or begin again after it was given up'],
    pause: ['paused', 'hold it: what happens meanwhile is told later'],
    disable: ['disabled', 'hold it: what happens meanwhile is not told'],
  } as const;
  for (const [verb, [status, description]] of Object.entries(switches)) {
    of(verb, description).action((which: string, options: Options) => change(which, { status }, options));
  }
  of('remove', 'remove it with its deliveries, and destroy its secret').action(
    async (which: string, options: Options) => {
      const api = await findApi(options);
      const found = await find(api, which);
      await api.subscriptions.remove(found.id);
      if (options.json) return printJson(found);
      say(`✓ ${found.name} is removed.`);
    },
  );
  of('rotate-secret', 'another secret; messages are signed with both for a day')
    .option('--from-env <variable>', 'one of your own, whsec_…, in this variable')
    .action(async (which: string, options: Options & { fromEnv?: string }) => {
      const api = await findApi(options);
      const { id } = await find(api, which);
      const replaced = await api.subscriptions.replaceSecret(id, await secretIn(options));
      if (options.json) return printJson(replaced);
      print(String(replaced.secret));
      say(
        `✓ ${replaced.name} has another secret; the one before signs as well until ${replaced.earlierSecretUntil}.`,
      );
    });
  of('test', 'send it a test message, and wait for what becomes of it').action(test);
  of('deliveries', 'what was or is to be sent, newest first')
    .addOption(new Option('--status <status>').choices(['pending', 'sending', 'delivered', 'failed']))
    .option('--limit <n>', 'how many', wholeNumber, 25)
    .option('--cursor <cursor>', 'go on after a page')
    .action(deliveries);
  of('redeliver', 'send a message once more, under the same id')
    .argument('<delivery>', 'its id')
    .action(async (which: string, delivery: string, options: Options) => {
      const api = await findApi(options);
      const { id } = await find(api, which);
      const again = await api.subscriptions.redeliver(id, delivery);
      if (options.json) return printJson(again);
      say(deliveryLine(again));
    });
  return all;
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const { webhook, slack, json, demo: _, fromEnv: __, ...terms } = options;
  const destination = webhook ?? slack;
  if (destination === undefined)
    throw new CliFailure('Say whom to tell: --webhook URL, or --slack CHANNEL.', exitCodes.usage);
  const secret = await secretIn(options);
  const made = await (await findApi(options)).subscriptions.create({
    ...terms,
    name,
    method: webhook ? 'webhook' : 'slack',
    destination,
    ...(secret === undefined ? {} : { secret }),
  });
  if (json) return printJson(made);
  print(made.id);
  if (made.secret) print(made.secret);
  say(lineOf(made));
  if (made.secret) say('  The second line is the secret that signs; it is not shown again.');
}

async function change(which: string, to: SubscriptionChange, options: Options): Promise<void> {
  const api = await findApi(options);
  const { id } = await find(api, which);
  const changed = await api.subscriptions.change(id, to);
  if (options.json) return printJson(changed);
  say(lineOf(changed));
}

const testMs = 30_000;

async function test(which: string, options: Options): Promise<void> {
  const api = await findApi(options);
  const { id } = await find(api, which);
  let sent = await api.subscriptions.test(id);
  for (const until = Date.now() + testMs; sent.sentAt === null || sent.status === 'sending'; ) {
    if (Date.now() > until)
      throw new CliFailure('Nothing was sent yet: does a worker serve the queue "deliveries"?');
    await new Promise((resolve) => setTimeout(resolve, 250));
    sent = await api.subscriptions.delivery(id, sent.id);
  }
  if (options.json) printJson(sent);
  else say(deliveryLine(sent));
  if (sent.status !== 'delivered') process.exitCode = exitCodes.failed;
}

type DeliveriesOptions = Options & { status?: Delivery['status']; limit: number; cursor?: string };

async function deliveries(which: string, { json, status, limit, cursor, ...options }: DeliveriesOptions) {
  const api = await findApi(options);
  const { id } = await find(api, which);
  const page = await api.subscriptions.deliveries(id, {
    limit,
    ...(status ? { status } : {}),
    ...(cursor ? { cursor } : {}),
  });
  if (json) return printJson(page);
  for (const one of page.items) print(deliveryLine(one));
  if (page.nextCursor) say(`More: --cursor ${page.nextCursor}`);
}

const secretIn = async ({ fromEnv }: { fromEnv?: string }): Promise<string | undefined> =>
  fromEnv === undefined ? undefined : (await readSecret(fromEnv)).trim();

const words = (text: string): string[] => text.split(',').flatMap((word) => word.trim() || []);

function lineOf({ id, name, method, destination, status, statusReason }: Subscription): string {
  const sign = status === 'active' ? '✓' : status === 'error' ? '✗' : '–';
  const state = status === 'active' ? '' : `  ${status}${statusReason ? `: ${statusReason}` : ''}`;
  return `${sign} ${id}  ${name}  ${method} ${destination}${state}`;
}

function termsOf({ types, sources, projects, level, maxPerHour, failingSince }: Subscription): string[] {
  const listed = (what: string[]) => (what.length > 0 ? what.join(', ') : 'all');
  return [
    `types ${listed(types)}, sources ${listed(sources)}, projects ${listed(projects)}`,
    `from level ${level} on, at most ${maxPerHour} an hour`,
    ...(failingSince ? [`nothing has arrived since ${failingSince}`] : []),
  ];
}

function deliveryLine({ id, status, attempts, createdAt, response, reason }: Delivery): string {
  const answer = response.status === null ? '' : `  ${response.status} in ${response.durationMs} ms`;
  const why = status === 'delivered' || !reason ? '' : `  ${reason}`;
  return `${id}  ${createdAt.slice(0, 19).replace('T', ' ')}  ${status}, attempt ${attempts}${answer}${why}`;
}

async function find(api: ApiClient, which: string): Promise<Subscription> {
  const { items } = await api.subscriptions.list();
  return named(items, which, {
    what: 'subscription',
    nameOf: ({ name }) => name,
    list: 'subscriptions list',
  });
}

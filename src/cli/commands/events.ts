import { Command, Option } from 'commander';
import type { EventCount, EventCountQuery, ReceivedEvent, ReplayRangeRequest } from '../../client/index.ts';
import { providerNames } from '../../events/providers/index.ts';
import { usageFailure } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, type Options, tellList } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { count } from '../style.ts';

type Which = {
  source?: NonNullable<ReplayRangeRequest['source']>;
  type?: string;
  state?: NonNullable<ReplayRangeRequest['state']>;
  from?: string;
  until?: string;
};
type ListOptions = Options & Which & { workflow?: string; limit: string; cursor?: string };
type ReplayOptions = Options & Which & { handler?: string };

export function eventsCommand(): Command {
  const all = new Command('events').description('what other services told us, and what became of it');
  const command = (name: string, description: string) => apiCommand(all, name, description);
  const which = (of: Command, states: string[]) =>
    of
      .addOption(new Option('--source <provider>', 'of this provider').choices(providerNames))
      .option('--type <type>', 'such as issues.labeled, or pull_request.*')
      .addOption(new Option('--state <state>', 'that came to this at a handler').choices(states))
      .option('--from <time>', 'that happened then or later, such as 2026-12-01T09:00:00Z')
      .option('--until <time>', 'that happened before then');
  which(command('list', 'newest first'), ['received', 'processing', 'processed', 'failed', 'ignored'])
    .option('--workflow <id>', 'about this workflow')
    .option('--limit <n>', 'how many', '25')
    .option('--cursor <cursor>', 'go on after a page')
    .action(async (options: ListOptions) => {
      const { demo: _, json, ...query } = options;
      const { receivedEvents } = await findApi(options);
      const page = await receivedEvents.page({ ...query, limit: Number(query.limit) });
      if (json) return printJson(page);
      for (const event of page.items) for (const line of linesOf(event)) print(line);
      if (page.nextCursor) say(`More: --cursor ${page.nextCursor}`);
    });
  command('counts', 'how many there were each day, our own among them')
    .addOption(
      new Option('--by <what>', 'what is counted apart').choices(['day', 'source', 'type']).default('source'),
    )
    .option('--source <source>', 'of this provider; our own are of `workflows`')
    .option('--from <time>', 'that happened then or later, such as 2026-12-01')
    .option('--until <time>', 'that happened before then')
    .action(async (options: Options & EventCountQuery) => {
      const { demo: _, json: __, ...query } = options;
      const { items } = await (await findApi(options)).receivedEvents.counts(query);
      tellList(items, options, rowOf, 'None were counted yet; that is done each hour.');
    });
  command('get', 'one, whole')
    .argument('<event>', 'its id')
    .action(async (id: string, options: Options) => {
      const event = await (await findApi(options)).receivedEvents.get(id);
      if (options.json) return printJson(event);
      for (const line of linesOf(event)) print(line);
      printJson(event.payload);
    });
  which(command('replay', 'have one handled again, or all of a time'), ['processed', 'ignored', 'failed'])
    .argument('[event]', 'its id; left out: all since --from')
    .option('--handler <name>', 'by this handler only')
    .action(replay);
  return all;
}

async function replay(id: string | undefined, options: ReplayOptions): Promise<void> {
  const { demo: _, json, handler, from, ...rest } = options;
  const by = handler === undefined ? {} : { handler };
  if (id === undefined && from === undefined)
    throw usageFailure(`Say which: ${commandName} events replay EVENT, or --from TIME for all since then.`);
  if (id !== undefined && (from !== undefined || Object.keys(rest).length > 0))
    throw usageFailure('One event is named by its id alone; leave the other options out.');
  const { receivedEvents } = await findApi(options);
  const done =
    id === undefined
      ? await receivedEvents.replayAll({ ...rest, ...by, from: String(from) })
      : await receivedEvents.replay(id, by);
  if (json) return printJson(done);
  say(`✓ ${count(done.events, 'event')} handled again, by ${count(done.handlers, 'handler')} all in all.`);
}

const rowOf = ({ day, source, type, events, successRate }: EventCount): string[] => [
  day,
  source ?? 'all',
  type ?? '',
  count(events, 'event'),
  successRate === null ? '' : `${successRate} % handled`,
];

function linesOf({ id, occurredAt, source, type, title, handlers }: ReceivedEvent): string[] {
  const when = occurredAt.slice(0, 19).replace('T', ' ');
  return [
    `${id}  ${when}  ${source}  ${type}${title ? `  ${title}` : ''}`,
    ...handlers.map((one) => `    ${one.name}  ${one.status}${one.reason ? `: ${one.reason}` : ''}`),
  ];
}

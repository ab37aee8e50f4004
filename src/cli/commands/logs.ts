import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Happening } from '../../client/index.ts';
import { Interrupted } from '../failure.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { isOver } from '../follow.ts';
import { happeningLine } from '../happening-line.ts';
import { print } from '../output.ts';
import { stopSignal } from '../stop.ts';
import { paintFor } from '../style.ts';

type LogsOptions = ApiOptions & { follow?: boolean; after?: string; types?: string; json?: boolean };

const page = 500;
/** Between two looks for what has happened. */
const everyMs = 1_000;

export function logsCommand(): Command {
  return withApi(new Command('logs'))
    .description('what happened in a workflow, or in all of them, in order')
    .argument('[id]', 'the workflow')
    .option('-f, --follow', 'go on with what happens; of one workflow until it is over')
    .option('--after <sequence>', 'only what came after that number')
    .option('--types <types>', 'these only, separated by commas; stage.* for all of a subject')
    .option('--json', 'one event a line, as JSON')
    .action(logs);
}

async function logs(id: string | undefined, options: LogsOptions): Promise<void> {
  const api = await findApi(options);
  const paint = paintFor(process.stdout);
  const tell = (event: Happening) =>
    print(options.json ? JSON.stringify(event) : happeningLine(event, { paint, named: id === undefined }));
  // a workflow that there is not has no events either: it should be said
  if (id !== undefined) await api.workflows.get(id);
  const stop = stopSignal();
  const wanted = {
    limit: page,
    ...(id === undefined ? {} : { workflow: id }),
    ...(options.types === undefined ? {} : { types: options.types }),
  };
  let after = Number(options.after ?? 0);
  for (;;) {
    // asked before its events are, so that what ended it is among them
    const over = id !== undefined && options.follow ? isOver(await api.workflows.get(id)) : false;
    const { items, nextAfter } = await api.events.page({ ...wanted, after });
    for (const event of items) tell(event);
    after = nextAfter;
    if (items.length === page) continue;
    if (!options.follow || over) return;
    await sleep(everyMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) throw new Interrupted();
  }
}

import { Command, Option } from 'commander';
import { missedPolicies, overlapPolicies } from '../../../entities/workflows/workflow-schedule.ts';
import type { ScheduleView } from '../../http/views/schedule-view.ts';
import type { ApiClient } from '../api-client.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, named, type Options } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { listLine, showLines, timeThere } from '../schedule-lines.ts';
import { paintFor } from '../style.ts';
import { asRepository, requestOf, type WorkflowOptions, withWorkflow } from '../workflow-options.ts';

type AddOptions = Options &
  WorkflowOptions & {
    cron: string;
    timeZone: string;
    overlap?: ScheduleView['overlap'];
    missed?: ScheduleView['missed'];
    disabled?: boolean;
  };

const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function scheduleCommand(): Command {
  const all = new Command('schedule').description('have workflows put in again and again');
  const command = (name: string, description: string) => apiCommand(all, name, description);
  const zone = () =>
    new Option('--time-zone <zone>', 'whose clock it goes by, such as Europe/Berlin').default(localZone);

  withWorkflow(command('add', 'add one; prints its id'))
    .argument('<name>', 'what it is called')
    .argument('<owner/repo>', 'the GitHub repository', asRepository)
    .requiredOption('--cron <expression>', 'minute, hour, day of month, month, day of week: "0 7 * * 1-5"')
    .addOption(zone())
    .addOption(
      new Option('--overlap <what>', 'while the workflow before is not over').choices(overlapPolicies),
    )
    .addOption(new Option('--missed <what>', 'where no worker ran at its time').choices(missedPolicies))
    .option('--disabled', 'do not put anything in yet')
    .action(add);
  command('list', 'what there is').action(list);
  command('show', 'one, with its next five times')
    .argument('<schedule>', 'its id or name')
    .action(async (which: string, options: Options) => {
      const found = await find(await findApi(options), which);
      if (options.json) return printJson(found);
      for (const line of showLines(found, paintFor(process.stdout))) print(line);
    });
  for (const [verb, does] of [
    ['enable', 'go on with it from its next time'],
    ['disable', 'put nothing in until it is enabled'],
  ] as const) {
    command(verb, does)
      .argument('<schedule>', 'its id or name')
      .action(async (which: string, options: Options) => {
        const api = await findApi(options);
        const changed = await api.schedules[verb]((await find(api, which)).id);
        if (options.json) return printJson(changed);
        say(listLine(changed, paintFor(process.stderr)));
      });
  }
  command('remove', 'remove it; workflows that it has put in stay')
    .argument('<schedule>', 'its id or name')
    .action(async (which: string, options: Options) => {
      const api = await findApi(options);
      const found = await find(api, which);
      await api.schedules.remove(found.id);
      if (options.json) return printJson(found);
      say(`✓ ${found.name} is removed.`);
    });
  command('preview', 'when a cron expression comes next, five times')
    .argument('<cron>', 'such as "0 7 * * 1-5"')
    .addOption(zone())
    .action(async (cron: string, options: Options & { timeZone: string }) => {
      const preview = await (await findApi(options)).schedules.preview(cron, options.timeZone);
      if (options.json) return printJson(preview);
      for (const time of preview.nextRuns) print(timeThere(time, preview.timeZone));
    });
  return all;
}

async function add(name: string, repo: string, options: AddOptions): Promise<void> {
  const { cron, timeZone, overlap, missed, disabled } = options;
  const workflow = await requestOf(repo, options);
  const api = await findApi(options);
  const schedule = await api.schedules.create({
    name,
    cron,
    timeZone,
    workflow,
    ...(overlap ? { overlap } : {}),
    ...(missed ? { missed } : {}),
    ...(disabled ? { enabled: false } : {}),
  });
  if (options.json) return printJson(schedule);
  print(schedule.id);
  for (const line of showLines(schedule, paintFor(process.stderr))) say(line);
}

async function list(options: Options): Promise<void> {
  const { items } = await (await findApi(options)).schedules.list();
  if (options.json) return printJson(items);
  if (items.length === 0)
    say(`None. Add one: ${commandName} schedule add NAME OWNER/REPO --cron "0 7 * * 1-5"`);
  for (const schedule of items) print(listLine(schedule, paintFor(process.stdout)));
}

async function find(api: ApiClient, which: string): Promise<ScheduleView> {
  const { items } = await api.schedules.list();
  return named(items, which, { what: 'schedule', nameOf: ({ name }) => name, list: 'schedule list' });
}

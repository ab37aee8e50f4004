import { Command, InvalidArgumentError, Option } from 'commander';
import type { LimitsView } from '../../http/views/limits-view.ts';
import { usageFailure } from '../failure.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { print, printJson } from '../output.ts';

type Options = ApiOptions & { organization?: string; json?: boolean };
type Wanted = Partial<LimitsView['own']>;

const limitOf = {
  maxRunning: 'maxRunningWorkflows',
  maxSteps: 'maxRunningSteps',
  maxQueued: 'maxQueuedWorkflows',
  weight: 'weight',
} as const satisfies Record<string, keyof Wanted>;

type Given = { [Option in keyof typeof limitOf]?: number | typeof standard };

/** What an option holds where the settings are to count: commander makes an empty text of null. */
const standard = 'default';

/** A whole number, or `default` for what the settings say. */
function limit(value: string): number | typeof standard {
  if (value === standard) return standard;
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It should be a whole number from 1 on, or "default".');
}

export function limitsCommand(): Command {
  const all = new Command('limits').description(
    'how much of the installation an organisation may take up, and how much it does',
  );
  const organization = () =>
    new Option('-o, --organization <slug>', "whose; the API key's own where left out");
  withApi(all.command('show'))
    .description('show limits and what is used of them')
    .addOption(organization())
    .option('--json', 'for programs')
    .action(async (options: Options) =>
      tell(await (await findApi(options)).limits.get(options.organization), options),
    );
  withApi(all.command('set'))
    .description(
      'set limits; "default" goes back to what the settings say. Needs an admin key of the default organisation',
    )
    .addOption(organization())
    .option('--max-running <n>', 'workflows that run at a time', limit)
    .option('--max-steps <n>', 'steps that run at a time, of all its workflows together', limit)
    .option('--max-queued <n>', 'workflows that may stand in line', limit)
    .option('--weight <n>', 'its part, compared with other organisations', limit)
    .option('--json', 'for programs')
    .action(async (options: Options & Given) => {
      const wanted: Wanted = {};
      for (const [option, limit] of Object.entries(limitOf)) {
        const value = options[option as keyof Given];
        if (value !== undefined) wanted[limit] = value === standard ? null : value;
      }
      if (Object.keys(wanted).length === 0) {
        throw usageFailure('Say what to set: --max-running, --max-steps, --max-queued or --weight.');
      }
      tell(await (await findApi(options)).limits.set(wanted, options.organization), options);
    });
  return all;
}

function tell(view: LimitsView, { json }: Options): void {
  if (json) printJson(view);
  else show(view);
}

function show(view: LimitsView): void {
  const { limits, own, use, installation } = view;
  const line = (what: string, used: number, most: number | null, set: number | null) =>
    print(
      `${what.padEnd(20)} ${String(used).padStart(6)} of ${String(most ?? 'no limit').padEnd(8)} ${set === null ? '(setting)' : ''}`.trimEnd(),
    );
  line('running workflows', use.runningWorkflows, limits.maxRunningWorkflows, own.maxRunningWorkflows);
  line('running steps', use.runningSteps, limits.maxRunningSteps, own.maxRunningSteps);
  line('workflows in line', use.queuedWorkflows, limits.maxQueuedWorkflows, own.maxQueuedWorkflows);
  print(`${'waiting for people'.padEnd(20)} ${String(use.waitingForPeople).padStart(6)}`);
  print(`${'weight'.padEnd(20)} ${String(limits.weight).padStart(6)}`);
  print(`All organisations together may have ${installation.maxRunningWorkflows} running.`);
}

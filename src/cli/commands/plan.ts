import { Command } from 'commander';
import type { Plan, PlanRequest } from '../../client/index.ts';
import { usageFailure } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, type Options, wholeNumber } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readText } from '../read-text.ts';
import { told } from '../told.ts';

export function planCommand(): Command {
  const all = new Command('plan').description('what the requirements of a workflow were split into');
  const ofWorkflow = (name: string, description: string) =>
    apiCommand(all, name, description).argument('<id>', 'the workflow');
  ofWorkflow('show', 'its steps and what they depend on; with --json in the form that `edit` takes').action(
    async (id: string, options: Options) => tell(await (await findApi(options)).plans.get(id), options),
  );
  ofWorkflow('edit', 'put another plan in place of the one that waits for approval')
    .requiredOption('-f, --file <file>', 'the whole plan as JSON; - reads standard input')
    .option(
      '--version <number>',
      'refuse where it is another version by now (the one in the file)',
      wholeNumber,
    )
    .action(edit);
  for (const verb of ['approve', 'reject'] as const) {
    ofWorkflow(
      verb,
      verb === 'approve' ? 'approve it' : 'reject it: the workflow fails with the reason given',
    )
      .option('--version <number>', 'only this version of it', wholeNumber)
      .option('--reason <text>', 'why; it is kept')
      .option('--idempotency-key <key>', 'the same key counts once, however often it is sent')
      .action(async (id: string, options: Options & Decision) => {
        const { json, reason, version, idempotencyKey } = options;
        const { plans } = await findApi(options);
        told(await plans[verb](id, { ...(reason ? { reason } : {}), version, idempotencyKey }), json);
      });
  }
  return all;
}

type Decision = { version?: number; reason?: string; idempotencyKey?: string };

async function edit(id: string, options: Options & { file: string; version?: number }): Promise<void> {
  const { plan, seen } = planIn(await readText(options.file, 'JSON file'));
  const api = await findApi(options);
  tell(await api.plans.edit(id, plan, { version: options.version ?? seen }), options);
}

/** What `plan show --json` prints can be sent back: what only we can say is left out. */
function planIn(text: string): { plan: PlanRequest; seen: number | undefined } {
  let given: Plan;
  try {
    given = JSON.parse(text);
  } catch {
    throw usageFailure('The plan is no JSON; begin with what `gsw plan show ID --json` prints.');
  }
  const { title, summary, steps, version } = given;
  const isPlan = Array.isArray(steps) && steps.every((step) => typeof step === 'object' && step !== null);
  if (!isPlan)
    throw usageFailure('The plan has no list of steps; begin with what `gsw plan show ID --json` prints.');
  const asSent = steps.map(({ id: _, number: __, ...step }) => step);
  return { plan: { title, summary, steps: asSent }, seen: version };
}

function tell(plan: Plan, { json = false }: { json?: boolean }): void {
  if (json) {
    printJson(plan);
    return;
  }
  print(`${plan.title} (${plan.status}, version ${plan.version})`);
  for (const step of plan.steps) {
    const after =
      step.dependsOn.length > 0 ? `, after ${step.dependsOn.map((name) => `“${name}”`).join(', ')}` : '';
    print(`${String(step.number).padStart(3)}  ${step.name}  ${step.effortHours} h${after}`);
  }
  if (plan.status === 'proposed') {
    say(`Approve what you see: ${commandName} plan approve ${plan.workflowId} --version ${plan.version}`);
  }
}

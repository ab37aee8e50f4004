import { Command } from 'commander';
import type { SignalView } from '../../http/send-signal.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { commandName, printJson, say } from '../output.ts';

type AnswerOptions = ApiOptions & { reason?: string; json?: boolean };

/** `approve` and `reject`: what a person says to a plan or a merge. */
export function answerCommands(): Command[] {
  const described = {
    approve: 'approve the plan or the merge that a workflow waits for',
    reject: 'reject it: the workflow fails with the reason given',
  };
  return (['approve', 'reject'] as const).map((type) =>
    withApi(new Command(type))
      .description(described[type])
      .argument('<id>', 'the workflow')
      .option('--reason <text>', 'why; it is kept')
      .option('--json', 'what was recorded, as JSON')
      .action(async (id: string, { reason, json, ...options }: AnswerOptions) => {
        const api = await findApi(options);
        told(await api.signal(id, { type, ...(reason === undefined ? {} : { reason }) }), json);
      }),
  );
}

/** Says what was recorded. */
export function told(signal: SignalView, json = false): void {
  if (json) {
    printJson(signal);
    return;
  }
  const said = { approve: 'Approved', reject: 'Rejected', requirements: 'Requirements given' };
  const word = { ...said }[signal.type as string] ?? `Sent ${signal.type}`;
  say(`${word} (${signal.gate}). See how it goes on: ${commandName} status ${signal.workflowId}`);
}

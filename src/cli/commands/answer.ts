import { Command } from 'commander';
import type { SignalView } from '../../http/send-signal.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { commandName, printJson, say } from '../output.ts';

type AnswerOptions = ApiOptions & { reason?: string; idempotencyKey?: string; json?: boolean };

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
      .option('--idempotency-key <key>', 'the same key counts once, however often it is sent')
      .option('--json', 'what was recorded, as JSON')
      .action(async (id: string, { reason, json, idempotencyKey, ...options }: AnswerOptions) => {
        const api = await findApi(options);
        told(
          await api.signal(id, { type, ...(reason === undefined ? {} : { reason }) }, idempotencyKey),
          json,
        );
      }),
  );
}

const said: Record<SignalView['type'], string> = {
  approve: 'Approved',
  reject: 'Rejected',
  requirements: 'Requirements given',
  pause: 'Paused: what is under way comes to its end, and nothing new is begun',
  resume: 'Goes on',
  cancel: 'Cancelled: what it left is taken back',
  retry: 'Tried again',
  rerun: 'Run again',
  retry_step: 'The step is done again',
};

/** Says what was recorded. */
export function told(signal: SignalView, json = false): void {
  if (json) {
    printJson(signal);
    return;
  }
  const which = signal.gate ?? (signal.attempt ? `attempt ${signal.attempt}` : null);
  say(
    `${said[signal.type]}${which ? ` (${which})` : ''}. See how it goes on: ${commandName} status ${signal.workflowId}`,
  );
}

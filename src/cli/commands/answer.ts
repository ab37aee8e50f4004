import type { Command } from 'commander';
import { type SignalOptions, sendAndTell, signalCommand } from './control.ts';

/** `approve` and `reject`: what a person says to a plan or a merge. */
export function answerCommands(): Command[] {
  const described = {
    approve: 'approve the plan or the merge that a workflow waits for',
    reject: 'reject it: the workflow fails with the reason given',
  };
  return (['approve', 'reject'] as const).map((type) =>
    signalCommand(type, described[type]).action((id: string, options: SignalOptions) =>
      sendAndTell(id, { type }, options),
    ),
  );
}

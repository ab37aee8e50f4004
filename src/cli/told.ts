/** Says what was recorded of a signal. */
import type { SignalView } from '../http/send-signal.ts';
import { commandName, printJson, say } from './output.ts';

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

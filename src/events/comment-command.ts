/** What people may tell a workflow in a comment. */
import type { SignalType } from '../../entities/workflows/signal.ts';

/** Signals that need nothing but a reason. */
const commands = ['approve', 'reject', 'pause', 'resume', 'cancel', 'retry'] as const satisfies SignalType[];

export type Command = { type: (typeof commands)[number]; reason: string | undefined };

export const commandWord = '/gsw';

const pattern = new RegExp(`^${commandWord} +(${commands.join('|')})(?: +(.*))?$`, 'im');

/** `/gsw approve`, alone on its line; what follows on that line is the reason. Null where there is none. */
export function commandIn(text: string): Command | null {
  const [, type, reason] = pattern.exec(text) ?? [];
  return type ? { type: type.toLowerCase() as Command['type'], reason: reason?.trim() || undefined } : null;
}

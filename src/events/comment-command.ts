/** What people may tell a workflow in a comment. */
import type { SignalType } from '../../entities/workflows/signal.ts';

/** Signals that need nothing but a reason. */
const commands = ['approve', 'reject', 'pause', 'resume', 'cancel', 'retry'] as const satisfies SignalType[];

export type Command = { type: (typeof commands)[number]; reason: string | undefined };

export const commandWord = '/gsw';

const pattern = new RegExp(`^${commandWord} +(${commands.join('|')})(?: +(.*))?$`, 'im');

/** In each of our own comments, unseen, with the id of what made it: agents write into these as well. */
export const markerOf = (id: string): string => `${markerBegins}${id} -->`;

const markerBegins = '<!-- gsw:';

/** `/gsw approve`, alone on its line; what follows on that line is the reason. Null where people have given none. */
export function commandIn(text: string): Command | null {
  if (text.includes(markerBegins)) return null;
  const [, type, reason] = pattern.exec(text) ?? [];
  return type ? { type: type.toLowerCase() as Command['type'], reason: reason?.trim() || undefined } : null;
}

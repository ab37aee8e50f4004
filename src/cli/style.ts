/** Colours and signs of what is shown in a terminal. */
import { stripVTControlCharacters, styleText } from 'node:util';

export type Tone = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Puts a text into a tone, or leaves it plain. */
export type Paint = (tone: Tone, text: string) => string;

/** Colours where the stream is a terminal that has them, and NO_COLOR is not set. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (tone, text) => styleText(tone, text, { stream });
}

export const plain: Paint = (_tone, text) => text;

/** Every state has a sign besides its colour. */
export const signs: Record<string, { sign: string; tone: Tone }> = {
  pending: { sign: '○', tone: 'dim' },
  queued: { sign: '○', tone: 'dim' },
  running: { sign: '▶', tone: 'cyan' },
  waiting: { sign: '◷', tone: 'cyan' },
  paused: { sign: '‖', tone: 'yellow' },
  completed: { sign: '✓', tone: 'green' },
  failed: { sign: '✗', tone: 'red' },
  skipped: { sign: '–', tone: 'dim' },
  cancelled: { sign: '–', tone: 'dim' },
};

export function signOf(status: string, paint: Paint): string {
  const { sign, tone } = signs[status] ?? { sign: '·', tone: 'dim' as const };
  return paint(tone, sign);
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `45 s`, `12 min`, `3 h 20 min`, `4 days`: about how long; nothing is left of what is past. */
export function span(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1440)} days`;
}

/** `task_execution` as people read it. */
export const spaced = (name: string): string => name.replaceAll(/[_-]/g, ' ');

/** `1 step`, `4 steps`. */
export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Cuts a text to a width, counting what is seen; a cut text loses its colours. */
export function cut(text: string, width: number): string {
  const seen = stripVTControlCharacters(text);
  return seen.length <= width ? text : `${seen.slice(0, Math.max(0, width - 1))}…`;
}

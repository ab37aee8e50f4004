import type { Duration } from './define.ts';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The milliseconds of a duration such as `2s`. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration);
  if (!match) throw new TypeError(`"${duration}" is not a duration; write it like 500ms, 2s, 15m or 1h`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

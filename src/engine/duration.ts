/** Reads a duration such as `500ms`, `2s`, `15m`, `1h`, `7d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The milliseconds of a duration such as `2s`. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  if (!match) throw new TypeError(`"${duration}" is not a duration; write it like 500ms, 2s, 15m, 1h or 7d`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** `500 ms`, `90 s`, `45 min`, `8 h`, `3 days`: in the largest unit that loses nothing. */
export function durationInWords(ms: number): string {
  const whole = (unit: number) => ms >= unit && ms % unit === 0;
  if (whole(units.d) && ms > units.d) return `${ms / units.d} days`;
  if (whole(units.h)) return `${ms / units.h} h`;
  if (whole(units.m)) return `${ms / units.m} min`;
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
}

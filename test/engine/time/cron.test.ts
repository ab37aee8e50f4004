import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRecurrence, nextTime, nextTimes } from '../../../src/engine/time/cron.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
];
const minute = 60_000;

/** What a clock on the wall of the zone shows: a reference of its own, by the platform's calendar. */
const formats = new Map<string, Intl.DateTimeFormat>();
function wall(timeZone: string, at: Date) {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      weekday: 'short',
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.weekday ?? ''),
  };
}

/** The field as the set of its values; null is `*`. */
type Fields = { minute: number[] | null; hour: number[] | null; weekday: number[] | null };
const field = (values: number[] | null) => values?.join(',') ?? '*';
const cronOf = ({ minute, hour, weekday }: Fields) => `${field(minute)} ${field(hour)} * * ${field(weekday)}`;

const shows = ({ minute, hour, weekday }: Fields, timeZone: string, at: Date) => {
  const now = wall(timeZone, at);
  const fits = (values: number[] | null, value: number) => values?.includes(value) ?? true;
  return fits(minute, now.minute) && fits(hour, now.hour) && fits(weekday, now.weekday);
};

const values = (max: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 })
    .map((all) => all.sort((a, b) => a - b));
const orAll = (max: number) => fc.option(values(max), { nil: null });
const zone = fc.constantFrom(...zones);
const instant = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('the next time of a cron expression', () => {
  test('is the next minute that the clock of the zone shows so, across changes of the clock, where a * is in it', () => {
    // with a `*` among minutes and hours, every showing counts: a walk from minute to minute finds the same
    const fields = fc.record({ minute: fc.constant(null), hour: orAll(23), weekday: orAll(6) });
    const cases = fc.record({ fields, zone, instant });
    fc.assert(
      fc.property(cases, ({ fields, zone, instant }) => {
        const next = nextTime({ cron: cronOf(fields), timeZone: zone }, instant) as Date;
        let walked = new Date(Math.floor(instant.getTime() / minute) * minute + minute);
        for (let steps = 0; !shows(fields, zone, walked); steps += 1) {
          // a day of the week and an hour come within eight days, but for one hour that the clock may skip
          if (steps > 16 * 24 * 60) throw new Error('the walk finds none');
          walked = new Date(walked.getTime() + minute);
        }
        expect(next.toISOString()).toBe(walked.toISOString());
      }),
      { numRuns: 60 },
    );
  });

  test('comes once a day where minute and hour are named, and shows it unless the clock skips it', () => {
    const cases = fc.record({
      minute: fc.integer({ min: 0, max: 59 }),
      hour: fc.integer({ min: 0, max: 23 }),
      zone,
      instant,
    });
    fc.assert(
      fc.property(cases, ({ minute: m, hour: h, zone, instant }) => {
        const times = nextTimes({ cron: `${m} ${h} * * *`, timeZone: zone }, 12, instant);
        const days = times.map((time) => `${wall(zone, time).month}-${wall(zone, time).day}`);
        expect(new Set(days).size).toBe(12);
        for (const [index, time] of times.entries()) {
          const before = index === 0 ? instant : (times[index - 1] as Date);
          expect(time.getTime()).toBeGreaterThan(before.getTime());
          const shown = wall(zone, time);
          if (shown.hour === h && shown.minute === m) continue;
          // skipped: it is the first minute after the gap, so the minute before shows another hour than it would
          const minuteBefore = wall(zone, new Date(time.getTime() - minute));
          const gap =
            (shown.hour * 60 + shown.minute - minuteBefore.hour * 60 - minuteBefore.minute + 1440) % 1440;
          expect(gap).toBeGreaterThan(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('never lies before, and asked at each time gives the following one', () => {
    const fields = fc.record({ minute: orAll(59), hour: orAll(23), weekday: orAll(6) });
    fc.assert(
      fc.property(fc.record({ fields, zone, instant }), ({ fields, zone, instant }) => {
        const recurrence = { cron: cronOf(fields), timeZone: zone };
        const times = nextTimes(recurrence, 5, instant);
        expect(times).toHaveLength(5);
        const chained = [instant];
        for (const _ of times) chained.push(nextTime(recurrence, chained.at(-1) as Date) as Date);
        expect(chained.slice(1)).toEqual(times);
        for (const time of times) expect(time.getTime() % minute).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    [
      'a time that the clock skips comes when it has been put forward',
      '30 2 * * *',
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'a time that the clock shows twice comes the first time',
      '30 2 * * *',
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['and not the second', '30 2 * * *', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
    ['nor do several times a day', '0,30 2,3 * * *', '2026-10-25T00:30:00Z', '2026-10-25T02:00:00.000Z'],
    [
      'while an interval goes on through it',
      '*/30 * * * *',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:00:00.000Z',
    ],
  ])('in Berlin: %s', (_, cron, after, next) => {
    expect(nextTime({ cron, timeZone: 'Europe/Berlin' }, new Date(after))?.toISOString()).toBe(next);
  });
});

test.each([
  ['* * * * * *', 'UTC', /is no cron expression .* five fields/],
  ['61 * * * *', 'UTC', /Invalid value for minute: 61/],
  ['', 'UTC', /is no cron expression/],
  ['0 0 30 2 *', 'UTC', /never comes round/],
  ['0 7 * * *', 'Mars/Olympus', /no time zone "Mars\/Olympus"; write one such as/],
])('refuses %j in %s', (cron, timeZone, message) => {
  expect(() => checkRecurrence({ cron, timeZone })).toThrow(message);
});

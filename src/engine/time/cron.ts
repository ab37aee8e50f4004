/** When a cron expression comes round, on the clock of a time zone. */
import { Cron } from 'croner';
import { Refusal } from '../refusal.ts';

export type Recurrence = {
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: string;
  /** IANA, such as `Europe/Berlin`. */
  timeZone: string;
};

/**
 * The first time after an instant; null where it never comes again. Times whose minutes and hours are named come once a
 * day: those that the clock skips in spring come when it has been put forward, those that it shows twice in autumn come
 * the first time. Where minutes or hours have a `*`, all that the clock shows count.
 */
export function nextTime(recurrence: Recurrence, after: Date): Date | null {
  return read(recurrence).nextRun(after);
}

/** The next few times. */
export const nextTimes = (recurrence: Recurrence, count: number, after: Date): Date[] =>
  read(recurrence).nextRuns(count, after);

/** Throws a {@link Refusal} where the expression or the time zone cannot be read, or no time ever comes. */
export function checkRecurrence(recurrence: Recurrence): void {
  if (nextTime(recurrence, new Date())) return;
  throw new Refusal(
    'invalid',
    `The cron expression "${recurrence.cron}" never comes round; mend its day and month.`,
  );
}

function read({ cron, timeZone }: Recurrence): Cron {
  checkTimeZone(timeZone);
  try {
    return new Cron(cron, { timezone: timeZone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(
      'invalid',
      `"${cron}" is no cron expression (${why}); write five fields, such as "0 7 * * 1-5": minute, hour, day of month, month, day of week.`,
    );
  }
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Refusal(
      'invalid',
      `There is no time zone "${timeZone}"; write one such as Europe/Berlin or UTC.`,
    );
  }
}

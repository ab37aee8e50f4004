/** How much an event matters, as subscriptions choose by it: told by its type alone. */
import { type EventLevel, eventLevels } from '../../entities/events/subscription.ts';

const rules: readonly [pattern: RegExp, level: EventLevel][] = [
  [/\.(failed|invalid|expired|disabled)$/, 'error'],
  [/\.(waiting|cancelled|unknown|expiring)$/, 'warning'],
  // each call of an outside service: of interest while somebody looks for something
  [/^operation\./, 'debug'],
];

export const levelOf = (eventType: string): EventLevel =>
  rules.find(([pattern]) => pattern.test(eventType))?.[1] ?? 'info';

/** This level and those below it: whoever wants one of them wants what has this level. */
export const upTo = (level: EventLevel): EventLevel[] => eventLevels.slice(0, eventLevels.indexOf(level) + 1);

/** Which events are meant: the condition for those that other services told us. */

export type ReceivedEvents = {
  /** One event alone. */
  event?: string | undefined;
  /** Until then, which is not included, by the clocks of their sources. */
  from?: Date | undefined;
  until?: Date | undefined;
  /** A provider's name. */
  source?: string | undefined;
  /** Exact, or `pull_request.*` for all of a subject. */
  type?: string | undefined;
};

/** For `events event`, with a `?` for each value. */
export function receivedWhere({
  event,
  from,
  until,
  source,
  type,
}: ReceivedEvents): [condition: string, values: unknown[]] {
  const parts: [condition: string, value: unknown][] = [];
  if (event !== undefined) parts.push(['event.id = ?', event]);
  if (from) parts.push(['event.occurred_at >= ?', from]);
  if (until) parts.push(['event.occurred_at < ?', until]);
  if (source !== undefined) parts.push(['event.source = ?', source]);
  if (type?.endsWith('*')) parts.push(['starts_with(event.event_type, ?)', type.slice(0, -1)]);
  else if (type !== undefined) parts.push(['event.event_type = ?', type]);
  return [
    ['event.event_source_id is not null', ...parts.map(([condition]) => condition)].join(' and '),
    parts.map(([, value]) => value),
  ];
}

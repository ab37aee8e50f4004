/** Into events_db: what happened. How it was received, queued and delivered is over. */
import { epoch, exactly, orElse, timestamps } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { isEmpty } from '../secrets.ts';

const freeJson = 'free JSON that nothing read';

const events: Mapping = {
  source: 'events.events',
  target: 'events.events',
  columns: {
    source: exactly(
      'event_source_id',
      (id, { identities }: At) => identities.eventSources.get(String(id)) ?? 'custom',
    ),
    event_source_id: 'event_source_id',
    // without an id of its own nothing tells it from another, so it keeps the one it had here
    external_id: exactly('external_event_id', (id, { row }: At) => id ?? `legacy/${row.id}`),
    event_type: exactly(['event_type', 'event_subtype'], (type, subtype) =>
      isEmpty(subtype) ? type : `${type}.${subtype}`.slice(0, 100),
    ),
    title: 'title',
    actor_name: 'actor_name',
    actor_external_id: 'actor_external_id',
    target_type: 'target_type',
    target_id: 'target_id',
    thread_id: 'thread_id',
    source_url: 'source_url',
    payload: orElse('event_data', {}),
    occurred_at: exactly('occurred_at', (at) => at ?? epoch),
    ...timestamps,
  },
  leftOut: {
    ...leave('the payload has it', 'description target_name source_metadata'),
    ...leave('the name of the actor says it', 'actor_id'),
    ...leave(
      'how it was received and processed is over',
      'received_at processed_at status processing_attempts processing_duration_ms error_message',
    ),
    ...leave('the source and the id at the source tell events apart', 'event_fingerprint'),
    ...leave('events of one thing are found by target and thread', 'parent_event_id tags'),
    ...leave(freeJson, 'metadata'),
  },
};

export const mappings: Mapping[] = [events];

/** The shape of an event handler: what follows from something that happened elsewhere. */
import type { Event } from '../../../entities/events/event.ts';
import type { EventSource } from '../../../entities/events/event-source.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { SignalRequest } from '../control/define-signal.ts';
import type { EnqueueRequest } from '../enqueue.ts';

export type EventContext = {
  /** Of the organisation that the event belongs to. */
  db: OrganizationDatabases;
  organizationId: string;
  source: Pick<EventSource, 'id' | 'provider' | 'settings'>;
  /** Puts a workflow of this organisation in; throws a `Refusal` as the API does. */
  enqueue(request: Omit<EnqueueRequest, 'organizationId'>): Promise<{ workflowId: string; created: boolean }>;
  /** Tells a workflow something; throws a `Refusal` as the API does. */
  signal(request: Omit<SignalRequest, 'organizationId'>): Promise<void>;
  /** Has operations of these workflows that were put off look again at once; gives how many there are. */
  lookAgain(workflowIds: readonly string[]): Promise<number>;
};

export type EventHandlerDefinition = {
  /** Verb and noun, unique, such as `start-workflow`. */
  name: string;
  /** Which events it is for: `<provider>:<event type>`; `*` stands for any end. */
  on: readonly string[];
  /**
   * May run again for the same event: after a crash, or because somebody has it replayed. Gives what it did, in a
   * sentence; throws {@link Ignored} where nothing follows, and anything else to be tried again. What the context
   * refuses counts as ignored, with the refusal's reason, unless the line is full.
   */
  handle(event: Event, context: EventContext): Promise<string>;
};

/** Declares what follows from events. */
export const defineEventHandler = (definition: EventHandlerDefinition): EventHandlerDefinition => definition;

/** Nothing follows from the event, and why. */
export class Ignored extends Error {
  override readonly name = 'Ignored';
}

/** Those that an event is for. */
export function handlersOf(
  handlers: readonly EventHandlerDefinition[],
  provider: string,
  eventType: string,
): EventHandlerDefinition[] {
  const name = `${provider}:${eventType}`;
  return handlers.filter(({ on }) =>
    on.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)),
  );
}

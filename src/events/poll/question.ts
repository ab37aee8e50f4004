import type { EventSource } from '../../../entities/events/event-source.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { Services } from '../../engine/define.ts';
import type { Body } from '../provider.ts';
import type { UnderWay } from './under-way.ts';

export type Listening = Pick<EventSource, 'id' | 'settings' | 'createdAt'>;

export type Asking = {
  db: OrganizationDatabases;
  services: Pick<Services, 'github' | 'linear'>;
  workflows: readonly UnderWay[];
  /** Those that listen to this service, with what was agreed on with them. */
  sources: readonly Listening[];
  /** What happened before has been asked for already. */
  since: Date;
  /** Asks for one thing of several: null, and noted, where it cannot be seen any more, so that the others are asked for. */
  ifSeen<T>(ask: () => Promise<T>): Promise<T | null>;
};

/** What was missed, as the webhook would have told it. */
export type Missed = {
  /** Which source should have been told; left out where it makes no difference. */
  source?: Listening;
  headers: Record<string, string>;
  body: Body;
};

/** Something that is asked of a service; what is found again is stored once. */
export type Question = (asking: Asking) => AsyncIterable<Missed>;

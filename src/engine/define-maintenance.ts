/** The shape of maintenance: work for all organisations that is due again and again. */
import type { Config } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { Services } from './define.ts';
import type { Duration } from './duration.ts';
import type { EventHandlerDefinition } from './events/define-event-handler.ts';

export type MaintenanceContext = {
  databases: Databases;
  config: Config;
  servicesOf(organizationId: string): Services;
  /** Of the catalogue. */
  eventHandlers: readonly EventHandlerDefinition[];
  /** Aborts when the process is to end: stop at the next good place; the next run goes on from there. */
  signal: AbortSignal;
};

/** Work that is due again and again, for all organisations. Killed anywhere and repeated, it does what was left. */
export type MaintenanceDefinition = {
  /** Verb and noun, unique, such as `apply-retention`. */
  name: string;
  /** Counted from midnight UTC of 1 January 1970, not from the last run: `1h` is on the hour. */
  every: Duration;
  /** Gives what it did, in a sentence, for the log and for whoever looks at the finished job. */
  run(context: MaintenanceContext): Promise<string>;
};

/** Declares a piece of maintenance. */
export const defineMaintenance = (definition: MaintenanceDefinition): MaintenanceDefinition => definition;

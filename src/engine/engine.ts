/** What every part of the engine works with, handed around as one value. */
import type { Logger } from 'pino';
import type { Operation } from '../../entities/workflows/operation.ts';
import { ledgers } from '../../entities/workflows/operation.ts';
import type { Config } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { Messengers } from '../integrations/subscribers/port.ts';
import type { Catalogue, Service, Services } from './define.ts';
import type { Queues } from './queues.ts';

/**
 * The instants between which a crash must lose nothing and repeat nothing, in the order of an operation's life.
 * Fault tests stop the process at each of them.
 */
export const boundaries = [
  'stage-entered',
  'intent-written',
  'child-added',
  'operation-claimed',
  'effect-looked-for',
  'effect-made',
  'receipt-written',
  'step-finished',
  'stage-finished',
] as const;

export type Boundary = (typeof boundaries)[number];

export type Engine = {
  config: Config;
  databases: Databases;
  queues: Queues;
  catalogue: Catalogue;
  servicesOf(organizationId: string): Services;
  messengersOf(organizationId: string): Messengers;
  logger: Logger;
  /**
   * Whether an effect that an earlier attempt may have had is looked for before it is made; true where left out.
   * Only the fault laboratory says false, to show that it would notice.
   */
  ledgerLooksFirst?: boolean;
  /** Called at each boundary, with what is being worked on; production does nothing there. */
  atBoundary?: (boundary: Boundary, what: string) => void;
};

/** The ledger table of each service. */
export const ledgerOf = ledgers satisfies Record<Service, new (...args: never[]) => Operation>;

export const services = Object.keys(ledgerOf) as Service[];

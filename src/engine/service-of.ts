import type { Operation } from '../../entities/workflows/operation.ts';
import type { Service } from './define.ts';
import { ledgerOf, services } from './engine.ts';

/** The service that an operation's row belongs to. */
export function serviceOf(operation: Operation): Service {
  const service = services.find((name) => operation instanceof ledgerOf[name]);
  if (!service) throw new TypeError('not an operation row');
  return service;
}

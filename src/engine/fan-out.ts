/** Operations that are begun side by side: what they will take of a service's limits is reserved before any is intended. */
import type { Operation } from '../../entities/workflows/operation.ts';
import type { Service } from './define.ts';
import type { Engine } from './engine.ts';
import type { Performer, Wish } from './ledger.ts';

/** All that one durable function performs is one fan-out: it does one thing after the other. */
export const fanOutOf = ({
  workflowExecutionId,
  scope,
}: Pick<Operation, 'workflowExecutionId' | 'scope'>): string => `${workflowExecutionId}/${scope}`;

/** Throws `RetryLater` where the rest of the window cannot carry them: the function comes back then, and nothing is begun. */
export async function reserveFor(
  { servicesOf }: Pick<Engine, 'servicesOf'>,
  { organizationId, workflowId, scope }: Performer,
  wishes: readonly Wish[],
): Promise<void> {
  if (wishes.length < 2) return;
  const fanOut = fanOutOf({ workflowExecutionId: workflowId, scope });
  const services = servicesOf(organizationId);
  for (const [service, of] of Map.groupBy(wishes, ([, { operation }]) => operation.service as Service)) {
    if (service === 'agent' || of.length < 2) continue;
    // tests have ports with what they need only
    await services[service]?.reserve?.(fanOut, of.length);
  }
}

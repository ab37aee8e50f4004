/**
 * What becomes of operations that were in flight when what waited for them came to its end: the effect is looked for and
 * taken in, and nothing new is made. Where it cannot be told whether it happened, the row stays `unknown`.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { UnrecoverableError } from 'bullmq';
import { ledgerTables, type Operation } from '../../../entities/workflows/operation.ts';
import { workflowEndsSql } from '../../../entities/workflows/workflow-states.ts';
import { operationNamed } from '../catalogue.ts';
import { lateAgents } from '../control/late-agents-scope.ts';
import type { OnlyLooks } from '../control/permission.ts';
import type { OperationDefinition, Service } from '../define.ts';
import { type Engine, ledgerOf, services } from '../engine.ts';
import { operationJob } from '../jobs.ts';
import type { Lease } from '../lease.ts';
import { timings } from '../timings.ts';

/** It was looked for, if it can be, and is not there. */
export class NotFoundAfterwards {
  readonly canBeFound: boolean;
  readonly why: OnlyLooks;

  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  constructor(definition: OperationDefinition<any, any>, why: OnlyLooks) {
    this.canBeFound = definition.find !== undefined;
    this.why = why;
  }
}

export async function settleUnmade(lease: Lease, { canBeFound, why }: NotFoundAfterwards): Promise<never> {
  const known = canBeFound
    ? 'it was looked for, and has had no effect'
    : 'whether it had its effect cannot be told';
  const sentence = `Not wanted any more (${why.reason}); ${known}.`;
  await lease.settle((operation) =>
    canBeFound || why.isAwaited ? operation.cancel(sentence) : operation.missAttempt(sentence),
  );
  throw new UnrecoverableError(sentence);
}

/** Looked at in one pass, the latest first. */
const batch = 100;

/** For so long it is seen to that their job is there, milliseconds. */
const lookedAfterMs = 24 * 3_600_000;

export type InFlight = { service: Service; operation: Operation };

/** Operations that may have had their effect, or stop agents, that nobody waits for, and that nobody has been at for a while. */
export async function inFlightStill(em: EntityManager): Promise<InFlight[]> {
  const found: InFlight[] = [];
  const now = Date.now();
  for (const service of services) {
    const ids = await em.execute<{ id: string }[]>(
      `select o.id from ${ledgerTables[service]} o
         join workflow_executions w on w.id = o.workflow_execution_id
        where o.updated_at between ? and ?
          and (o.status in ('running', 'unknown') and (w.status in ${workflowEndsSql} or o.abandoned)
            or o.status in ('intended', 'running', 'unknown') and o.scope = '${lateAgents}')
        order by o.updated_at desc limit ${batch}`,
      [new Date(now - lookedAfterMs), new Date(now - timings.reconcileAgeMs)],
    );
    if (ids.length === 0) continue;
    const rows: Operation[] = await em.find(ledgerOf[service], { id: { $in: ids.map(({ id }) => id) } });
    found.push(...rows.map((operation) => ({ service, operation })));
  }
  return found;
}

/** Adds the job of one whose job was lost with the queue. One that has finished has found out all that it could. */
export async function lookAfter(engine: Engine, { service, operation }: InFlight): Promise<void> {
  const definition = operationNamed(engine.catalogue, operation.operationType, operation.definitionVersion);
  const job = operationJob(operation, definition);
  if ((await engine.queues.lookUp(service, job.id)) === 'missing') await engine.queues.add(job);
}

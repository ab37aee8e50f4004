/** A worker's claim on one operation: stands for `timings.lockMs`, is renewed while the work goes on, can be lost. */
import { randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/postgresql';
import type { Operation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type OnlyLooks, permissionFor } from './control/permission.ts';
import type { OperationDefinition, Service } from './define.ts';
import { milliseconds } from './duration.ts';
import { type Engine, ledgerOf } from './engine.ts';
import { RetryLater } from './errors.ts';
import type { RowJobData } from './jobs.ts';
import { announceEnd, transition } from './outbox.ts';
import { timings } from './timings.ts';

export type Lease = {
  operation: Operation;
  /** An earlier attempt may have had its effect: here, of the workflow, or one that a ledger restored from a backup forgot. */
  uncertain: boolean;
  /** The effect may be looked for, but not made any more; null where it may be made. */
  onlyLooks: OnlyLooks | null;
  /** Aborts when the claim is lost or the time is up. */
  signal: AbortSignal;
  /** Changes the row in one transaction if the claim still stands; false, and no change, where it does not. */
  settle(change: (operation: Operation) => void): Promise<boolean>;
  release(): void;
};

/**
 * Claims the operation of a job. Null where the job is outdated or the operation is over.
 * Throws {@link RetryLater} while another worker's claim stands.
 */
export async function claim(engine: Engine, service: Service, data: RowJobData): Promise<Lease | null> {
  const db = engine.databases.inOrganization(data.organizationId);
  const token = randomUUID();
  const claimed = await db.workflows(async (em) => {
    const operation: Operation | null = await em.findOne(ledgerOf[service], data.rowId, {
      lockMode: LockMode.PESSIMISTIC_WRITE,
    });
    if (!operation || operation.incarnation !== data.incarnation || operation.isOver()) return null;
    const workflow = await em.findOneOrFail(WorkflowExecution, data.workflowId);
    const permission = permissionFor(engine.catalogue, operation, workflow);
    if (permission.may === 'hold') return null;
    if (permission.may === 'cancel') {
      const cancelled = transition(operation, () => operation.cancel(permission.reason));
      await announceEnd(em, service, operation, cancelled);
      return null;
    }
    if (operation.leaseUntil && operation.leaseUntil > new Date()) {
      throw new RetryLater(operation.leaseUntil, 'another worker that may still be at it');
    }
    const uncertain = operation.mayHaveActed() || workflow.restoredAt != null || operation.attempt > 1;
    operation.claim(token, new Date(Date.now() + timings.lockMs));
    return { operation, uncertain, onlyLooks: permission.may === 'look' ? permission : null };
  });
  if (!claimed) return null;

  const lost = new AbortController();
  let standsUntil = Date.now() + timings.lockMs;
  const renewal = setInterval(() => {
    if (Date.now() > standsUntil) lost.abort(new Error('the claim on this operation ran out'));
    const asked = Date.now();
    renew(db, service, data.rowId, token).then(
      (stands) => {
        if (stands) standsUntil = asked + timings.lockMs;
        else lost.abort(new Error('another worker has taken this operation over'));
      },
      (error) => engine.logger.warn({ err: error }, 'could not renew the claim on an operation'),
    );
  }, timings.leaseRenewalMs);
  return {
    ...claimed,
    signal: lost.signal,
    settle: (change) => settle(db, service, data.rowId, token, change),
    release: () => clearInterval(renewal),
  };
}

/** The signal of a lease, cut off after the operation's own time limit. */
// biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
export function withTimeout(signal: AbortSignal, definition: OperationDefinition<any, any>): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds(definition.timeout ?? '60s'))]);
}

async function renew(db: OrganizationDatabases, service: Service, id: string, token: string) {
  const leaseUntil = new Date(Date.now() + timings.lockMs);
  const renewed = await db.workflows((em) =>
    em.nativeUpdate(ledgerOf[service], { id, leaseToken: token }, { leaseUntil }),
  );
  return renewed === 1;
}

async function settle(
  db: OrganizationDatabases,
  service: Service,
  id: string,
  token: string,
  change: (operation: Operation) => void,
): Promise<boolean> {
  return db.workflows(async (em) => {
    const operation: Operation | null = await em.findOne(
      ledgerOf[service],
      { id, leaseToken: token },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!operation) return false;
    const { before, after } = transition(operation, change);
    if (operation.isOver()) await announceEnd(em, service, operation, { before, after });
    return true;
  });
}

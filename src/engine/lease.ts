/**
 * A worker's claim on one operation: stands for `timings.lockMs`, is renewed while the work goes on, can be lost. Whether
 * it stands is for the database's clock to say; its holder counts from before it asked, so he gives it up no later.
 */
import { randomUUID } from 'node:crypto';
import { LockMode, raw } from '@mikro-orm/postgresql';
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
import { type RightToAct, stopwatch } from './right-to-act.ts';
import { timings } from './timings.ts';
import { ceilings, neverAnswered } from './unanswered.ts';

export type Lease = {
  operation: Operation;
  /** An earlier attempt may have had its effect: here, of the workflow, or one that a ledger restored from a backup forgot. */
  uncertain: boolean;
  /** The effect may be looked for, but not made any more; null where it may be made. */
  onlyLooks: OnlyLooks | null;
  /** To act outside, until the claim is lost or the operation's time is up. */
  right: RightToAct;
  /** Whether the claim has run out or was taken over: what was begun may have its effect, or be somebody else's. */
  isLost(): boolean;
  /** Changes the row in one transaction if the claim still stands; false, and no change, where it does not. */
  settle(change: (operation: Operation) => void): Promise<boolean>;
  release(): void;
};

/**
 * Claims the operation of a job. Null where the job is outdated or the operation is over.
 * Throws {@link RetryLater} while another worker's claim stands.
 */
export async function claim(
  engine: Engine,
  service: Service,
  data: RowJobData,
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  definition: OperationDefinition<any, any>,
): Promise<Lease | null> {
  const db = engine.databases.inOrganization(data.organizationId);
  const token = randomUUID();
  const sinceAsked = stopwatch();
  const claimed = await db.workflows(async (em) => {
    const operation: Operation | null = await em.findOne(ledgerOf[service], data.rowId, {
      lockMode: LockMode.PESSIMISTIC_WRITE,
      populate: ['leaseLeftMs'],
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
    const left = operation.leaseLeftMs ?? 0;
    // Its worker may be done any moment, or be lost with the queue that told us to come here.
    if (left > 0) {
      throw new RetryLater(Math.min(left, timings.claimCheckMs), 'another worker that may still be at it');
    }
    const uncertain = operation.mayHaveActed() || workflow.restoredAt != null || operation.attempt > 1;
    operation.claim(token, leaseEnd() as never);
    if (operation.unansweredStarts >= ceilings.unansweredStarts) {
      const why = neverAnswered(operation.operationType, operation.unansweredStarts);
      const failed = transition(operation, () => operation.fail(why));
      await announceEnd(em, service, operation, failed);
      return null;
    }
    return { operation, uncertain, onlyLooks: permission.may === 'look' ? permission : null };
  });
  if (!claimed) return null;

  const holding = hold(engine, sinceAsked, () => renew(db, service, data.rowId, token));
  const timeUp = AbortSignal.timeout(milliseconds(definition.timeout ?? '60s'));
  const signal = AbortSignal.any([holding.signal, timeUp]);
  return {
    ...claimed,
    right: {
      signal,
      check: () => {
        holding.isLost();
        signal.throwIfAborted();
      },
    },
    isLost: holding.isLost,
    settle: (change) => settle(db, service, data.rowId, token, change),
    release: holding.release,
  };
}

/** Keeps a claim by renewing it, and knows when it is lost, also right after the process was asleep. */
function hold(engine: Engine, sinceAsked: () => number, renewOnce: () => Promise<boolean>) {
  const lost = new AbortController();
  let age = sinceAsked;
  const isLost = () => {
    if (!lost.signal.aborted && age() > timings.lockMs) {
      lost.abort(new Error('the claim on this operation ran out'));
    }
    return lost.signal.aborted;
  };
  const renewal = setInterval(() => {
    if (isLost()) return clearInterval(renewal);
    const asked = stopwatch();
    renewOnce().then(
      (stands) => {
        if (stands) age = asked;
        else lost.abort(new Error('another worker has taken this operation over'));
      },
      (error) => engine.logger.warn({ err: error }, 'could not renew the claim on an operation'),
    );
  }, timings.renewalMs);
  return { signal: lost.signal, isLost, release: () => clearInterval(renewal) };
}

const leaseEnd = () => raw(`clock_timestamp() + interval '${Number(timings.lockMs)} milliseconds'`);

/** A claim that has run out meanwhile is not renewed: somebody may be about to take it. */
async function renew(db: OrganizationDatabases, service: Service, id: string, token: string) {
  const renewed = await db.workflows((em) =>
    em.nativeUpdate(
      ledgerOf[service],
      { id, leaseToken: token, leaseUntil: { $gt: raw('clock_timestamp()') } },
      { leaseUntil: leaseEnd() as never },
    ),
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

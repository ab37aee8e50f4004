/**
 * What happens in the workflows of an organisation, in order, from the rows: nothing is missed, whenever somebody comes back.
 * Numbers are given out before they are committed, so a row with a smaller one may appear after a row with a larger one. So
 * what is seen is given only once every transaction that was under way at that moment has ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { literally } from '../databases/like.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { time } from './times.ts';

export const happeningSchema = z
  .object({
    sequence: z.int().describe('Grows; what comes after it is asked for by it.'),
    id: z.uuid().describe('The same wherever it is told.'),
    type: z.string().describe('`<subject>.<past participle>`, such as `stage.completed`.'),
    workflowId: z.uuid(),
    occurredAt: time,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Happening' });

export type Happening = z.infer<typeof happeningSchema>;

export type Wanted = {
  workflow?: string | undefined;
  /** Exact, or `stage.*` for all of a subject; empty for all. */
  types: readonly string[];
};

const lookAgainMs = 25;

/** How far the rows can be told: no number up to `last` is still to appear once everything below `ceiling` has ended. */
type Horizon = { last: number; ceiling: bigint };

type Seen = { floor: bigint; horizon: Horizon };

/** Follows what comes after a number. */
export class EventFollower {
  readonly #db: OrganizationDatabases;
  readonly #wanted: Wanted;
  #after: number;
  #pending: Horizon | null = null;

  constructor(db: OrganizationDatabases, after: number, wanted: Wanted) {
    this.#db = db;
    this.#after = after;
    this.#wanted = wanted;
  }

  /** Every event up to this number was given, or is not wanted. */
  get after(): number {
    return this.#after;
  }

  /**
   * What there is, at most `limit`; nothing while transactions are under way that may have something smaller.
   * @param patienceMs how long these are waited for
   */
  async next(limit: number, patienceMs = 0): Promise<Happening[]> {
    const givenUpAt = Date.now() + patienceMs;
    while (!(await this.#isSettled())) {
      if (Date.now() >= givenUpAt) return [];
      await sleep(lookAgainMs);
    }
    const pending = this.#pending;
    if (!pending) return [];
    const rows = await this.#db.workflows((em) => read(em, this.#after, pending.last, this.#wanted, limit));
    if (rows.length < limit) {
      this.#after = pending.last;
      this.#pending = null;
    } else {
      this.#after = (rows.at(-1) as Happening).sequence;
    }
    return rows;
  }

  /** Whether what has been seen can be told; also where there is nothing. */
  async #isSettled(): Promise<boolean> {
    const { floor, horizon } = await this.#db.workflows((em) => look(em, this.#after));
    this.#pending ??= horizon.last > this.#after ? horizon : null;
    return !this.#pending || floor >= this.#pending.ceiling;
  }
}

/**
 * The number of the latest event that there is, once nothing smaller is still to appear.
 * @param patienceMs how long transactions are waited for that are under way
 */
export async function latestEvent(db: OrganizationDatabases, patienceMs: number): Promise<number> {
  const givenUpAt = Date.now() + patienceMs;
  const { horizon } = await db.workflows((em) => look(em, 0));
  for (;;) {
    const { floor } = await db.workflows((em) => look(em, horizon.last));
    if (floor >= horizon.ceiling || Date.now() >= givenUpAt) return horizon.last;
    await sleep(lookAgainMs);
  }
}

async function look(em: EntityManager, after: number): Promise<Seen> {
  const [row] = await em.execute<{ floor: string; ceiling: string; last: string }[]>(
    `select pg_snapshot_xmin(now)::text as floor, pg_snapshot_xmax(now)::text as ceiling,
            coalesce((select max(sequence) from outbox where sequence > ?), 0)::text as last
       from pg_current_snapshot() now`,
    [after],
  );
  if (!row) throw new Error('PostgreSQL gave no snapshot');
  return {
    floor: BigInt(row.floor),
    horizon: { last: Math.max(after, Number(row.last)), ceiling: BigInt(row.ceiling) },
  };
}

async function read(
  em: EntityManager,
  after: number,
  last: number,
  { workflow, types }: Wanted,
  limit: number,
): Promise<Happening[]> {
  const conditions = ['sequence > ?', 'sequence <= ?'];
  const values: unknown[] = [after, last];
  if (workflow) {
    conditions.push('workflow_execution_id = ?');
    values.push(workflow);
  }
  if (types.length > 0) {
    const patterns = types.map((type) => literally(type).replace(/\*$/, '%'));
    conditions.push(`(${patterns.map(() => 'type like ?').join(' or ')})`);
    values.push(...patterns);
  }
  const rows = await em.execute<
    {
      sequence: string;
      id: string;
      type: string;
      workflow: string;
      at: Date;
      payload: Record<string, unknown>;
    }[]
  >(
    `select sequence, id, type, workflow_execution_id as workflow, occurred_at as at, payload
       from outbox where ${conditions.join(' and ')} order by sequence limit ?`,
    [...values, limit],
  );
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    id: row.id,
    type: row.type,
    workflowId: row.workflow,
    occurredAt: new Date(row.at).toISOString(),
    data: row.payload,
  }));
}

/**
 * Progress of a durable function (a stage, or one item of work inside it): its state, which of its queue jobs counts
 * (`incarnation`), and why it waits or failed, in words.
 */
import { p } from '@mikro-orm/core';
import { duration } from './duration.ts';

export const progressStates = [
  'pending',
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;

export type ProgressState = (typeof progressStates)[number];

/** Those of a function to which nothing happens any more, unless it is tried again. */
export const progressEnds: readonly ProgressState[] = ['completed', 'failed', 'skipped', 'cancelled'];

/** Which state may follow which while the function is not over. */
const untilOver = {
  pending: ['queued', 'skipped', 'cancelled'],
  // what takes no time is never seen running
  queued: ['running', 'waiting', 'completed', 'failed', 'cancelled'],
  running: ['queued', 'waiting', 'completed', 'failed', 'cancelled'],
  waiting: ['queued', 'running', 'completed', 'failed', 'cancelled'],
} as const;

/** A stage that failed can be tried again. */
export const stageTransitions = { ...untilOver, failed: ['queued'] } as const;

/** A step that failed can be tried again at once or when its turn comes, and then those that were skipped because of it. */
export const stepTransitions = { ...untilOver, failed: ['pending', 'queued'], skipped: ['pending'] } as const;

export const progressColumns = {
  status: p.enum(progressStates).default('pending'),
  /** Of its definition, when its row was made: what its code goes by, whatever version the worker has by now. */
  definitionVersion: p.integer().default(1).check('definition_version > 0'),
  /** Only the job of this incarnation may act; raised whenever the job is put into the queue anew. */
  incarnation: p.integer().default(1),
  /** The attempt of its workflow in which it was last begun: what earlier ones remembered is judged anew. */
  attempt: p.integer().default(1).check('attempt > 0'),
  /** The mark of the last job that wrote: another one that entered before that has no right to any more. */
  entry: p.uuid().nullable(),
  /** Failed attempts so far; survives the queue. */
  failures: p.integer().default(0),
  waitingOn: p.text().nullable(),
  waitingUntil: p.datetime().nullable(),
  /** Since when it waits on that. */
  waitingSince: p.datetime().nullable(),
  errorMessage: p.text().nullable(),
  queuedAt: p.datetime().nullable(),
  startedAt: p.datetime().nullable(),
  completedAt: p.datetime().nullable(),
  ...duration,
};

type Columns = {
  status: ProgressState;
  incarnation: number;
  attempt: number;
  entry?: string | null | undefined;
  failures: number;
  waitingOn?: string | null | undefined;
  waitingUntil?: Date | null | undefined;
  waitingSince?: Date | null | undefined;
  errorMessage?: string | null | undefined;
  queuedAt?: Date | null | undefined;
  startedAt?: Date | null | undefined;
  completedAt?: Date | null | undefined;
};

// biome-ignore lint/suspicious/noExplicitAny: a mixin's base is any constructor
type Base = abstract new (...args: any[]) => Columns;

/** Adds the verbs of a durable function to an entity class that has the columns above. */
export function progressing<T extends Base>(base: T) {
  abstract class Progressing extends base {
    /** Nothing happens to it any more. */
    isOver(): boolean {
      return progressEnds.includes(this.status);
    }

    /** Puts it (back) in line; a job of an earlier incarnation that turns up later acts no more. */
    requeue(): void {
      if (this.status !== 'pending') this.incarnation += 1;
      this.queue();
    }

    queue(): void {
      this.status = 'queued';
      this.queuedAt = new Date();
      this.stopWaiting();
    }

    start(): void {
      this.status = 'running';
      this.startedAt ??= new Date();
      this.stopWaiting();
    }

    /** @param until null where only a person or another job ends the wait */
    wait(on: string, until: Date | null): void {
      if (this.waitingOn !== on || !this.waitingSince) this.waitingSince = new Date();
      this.status = 'waiting';
      this.waitingOn = on;
      this.waitingUntil = until;
    }

    /** Got further after failing: only failures in a row count. */
    recover(): void {
      this.failures = 0;
    }

    complete(): void {
      this.end('completed');
    }

    fail(reason: string): void {
      this.end('failed');
      this.errorMessage = reason;
    }

    cancel(reason: string): void {
      this.end('cancelled');
      this.errorMessage = reason;
    }

    skip(reason: string): void {
      this.end('skipped');
      this.errorMessage = reason;
    }

    /** What the attempts before came to counts no more. */
    protected forget(attempt: number): void {
      this.attempt = attempt;
      this.failures = 0;
      this.errorMessage = null;
      this.startedAt = null;
      this.completedAt = null;
    }

    private end(status: ProgressState): void {
      this.status = status;
      this.completedAt = new Date();
      this.stopWaiting();
    }

    private stopWaiting(): void {
      this.waitingOn = null;
      this.waitingUntil = null;
      this.waitingSince = null;
    }
  }
  // MikroORM tells parent entities by name; under the base's own, it sees one class rather than two.
  Object.defineProperty(Progressing, 'name', { value: base.name });
  return Progressing;
}

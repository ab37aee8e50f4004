/**
 * Progress of a durable function (a stage, or one item of work inside it): its state, which of its queue jobs counts
 * (`incarnation`), and why it waits or failed, in words.
 */
import { p } from '@mikro-orm/core';

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

export const progressColumns = {
  status: p.enum(progressStates).default('pending'),
  /** Only the job of this incarnation may act; raised whenever the job is put into the queue anew. */
  incarnation: p.integer().default(1),
  /** Failed attempts so far; survives the queue. */
  failures: p.integer().default(0),
  waitingOn: p.text().nullable(),
  waitingUntil: p.datetime().nullable(),
  errorMessage: p.text().nullable(),
  queuedAt: p.datetime().nullable(),
  startedAt: p.datetime().nullable(),
  completedAt: p.datetime().nullable(),
};

type Columns = {
  status: ProgressState;
  incarnation: number;
  failures: number;
  waitingOn?: string | null | undefined;
  waitingUntil?: Date | null | undefined;
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
      return ['completed', 'failed', 'skipped', 'cancelled'].includes(this.status);
    }

    /** Puts it (back) in line; a job of an earlier incarnation that turns up later acts no more. */
    requeue(): void {
      if (this.status !== 'pending') this.incarnation += 1;
      this.queue();
    }

    queue(): void {
      this.status = 'queued';
      this.queuedAt = new Date();
      this.waitingOn = null;
      this.waitingUntil = null;
    }

    start(): void {
      this.status = 'running';
      this.startedAt ??= new Date();
      this.waitingOn = null;
      this.waitingUntil = null;
    }

    /** @param until null where only a person or another job ends the wait */
    wait(on: string, until: Date | null): void {
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

    skip(reason: string): void {
      this.end('skipped');
      this.errorMessage = reason;
    }

    private end(status: ProgressState): void {
      this.status = status;
      this.completedAt = new Date();
      this.waitingOn = null;
      this.waitingUntil = null;
    }
  }
  // MikroORM tells parent entities by name; under the base's own, it sees one class rather than two.
  Object.defineProperty(Progressing, 'name', { value: base.name });
  return Progressing;
}

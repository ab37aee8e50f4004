/**
 * The closed vocabulary of failure. Adapters and jobs throw one of these two, or anything else:
 *
 * - anything else: the work is tried again with backoff and jitter until its attempts are spent;
 * - {@link PermanentFailure}: trying again cannot help; the work fails at once, with its sentence;
 * - {@link RetryLater}: not now; the work comes back at `until` and no attempt is spent;
 * - {@link WaitForPeople}: the same, but only a person can end it, so it may last for ever.
 *
 * Messages are read by people (API, CLI, rows): a sentence, what is wrong and how to mend it, no secrets.
 */

/** Trying again cannot help. The message is shown to people as the reason. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Come back later without spending an attempt: a rate limit, an agent still at work, checks still running. */
export class RetryLater extends Error {
  override readonly name: string = 'RetryLater';
  /** When to come back. */
  readonly until: Date;

  /**
   * @param until when to come back, as a date or as milliseconds from now
   * @param reason why, in words that complete "waiting on …", such as "GitHub rate limit"
   */
  constructor(until: Date | number, reason: string) {
    super(reason);
    this.until = typeof until === 'number' ? new Date(Date.now() + until) : until;
  }
}

/**
 * Only a person can help, such as by replacing a credential. The work looks again at `until`, or sooner when it is
 * woken. Like a gate it has no ceiling, and what was waited before it does not count against what comes after.
 */
export class WaitForPeople extends RetryLater {
  override readonly name = 'WaitForPeople';
  /**
   * Whether it has come about meanwhile. Asked once more when the work is put off: who brought it about right before that
   * has not found anybody to wake.
   */
  readonly isOver: (() => Promise<boolean>) | undefined;

  constructor(until: Date | number, reason: string, isOver?: () => Promise<boolean>) {
    super(until, reason);
    this.isOver = isOver;
  }
}

/** What a stage sees when an operation it performed has failed for good; uncaught, it fails the stage. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';
  /** The operation's name, such as `open-pull-request`. */
  readonly operation: string;

  constructor(operation: string, reason: string) {
    super(reason);
    this.operation = operation;
  }
}

/** The sentence of any thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

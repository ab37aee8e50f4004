/** Why something that a person or system asked for is not done: bad input, a wrong moment, or no such thing. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind:
    | 'invalid'
    | 'not-found'
    | 'forbidden'
    | 'conflict'
    | 'changed-meanwhile'
    | 'key-reused'
    | 'line-full';
  /** When the same may be asked for again, seconds from now; undefined where time changes nothing. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message what is wrong and how to mend it, as a sentence */
  constructor(kind: Refusal['kind'], message: string, more: { retryAfterSeconds?: number } = {}) {
    super(message);
    this.kind = kind;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

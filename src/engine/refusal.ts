/** Why something that a person or system asked for is not done: bad input, a wrong moment, or no such thing. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: 'invalid' | 'not-found' | 'forbidden' | 'conflict' | 'key-reused';

  /** @param message what is wrong and how to mend it, as a sentence */
  constructor(kind: Refusal['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

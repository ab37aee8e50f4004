/**
 * What is told to subscribers, and how it gets there. Adapters (`webhook.ts`, `slack.ts`) throw the vocabulary of
 * `src/engine/errors.ts`, and {@link NotTaken} where the other side answered something else than "taken".
 */
import type { Subscription } from '../../../entities/events/subscription.ts';
import type { Answer } from '../../../entities/events/subscription-delivery.ts';

export type Message = {
  /** The event's own: the same on every attempt, and to every subscriber. */
  id: string;
  /** JSON, the same bytes on every attempt. */
  body: string;
  /** For people, in a line or two. */
  text: string;
};

export type Letter = {
  to: Pick<Subscription, 'destination' | 'credentialId' | 'earlierCredentialId' | 'earlierUntil'>;
  message: Message;
  /** An earlier attempt may have arrived, though nothing was heard of it. */
  mayHaveArrived: boolean;
  /** When it was first wanted: what has arrived came after it. */
  wantedAt: Date;
};

export interface Messenger {
  deliver(letter: Letter): Promise<Answer>;
}

/** By `subscriptions.delivery_method`, as one organisation has them. */
export type Messengers = Record<Subscription['deliveryMethod'], Messenger> & {
  slack: {
    /** Asks whether the token is taken. Gives who it is, in a sentence; throws where it is not. */
    checkAccess(): Promise<string>;
  };
};

/** The other side has answered, but has not taken it. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  readonly answer: Answer;
  /** It wants nothing more, ever (HTTP 410). */
  readonly isGone: boolean;

  constructor(reason: string, answer: Answer) {
    super(reason);
    this.answer = answer;
    this.isGone = answer.status === 410;
  }
}

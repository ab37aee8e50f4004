/** What the senders of webhooks have in common, in our words. */
import type { CredentialKind } from '../../entities/projects/credential.ts';
import type { Provider } from '../../entities/providers.ts';

export type Delivery = {
  /** As it came over the wire. */
  raw: Buffer;
  /** By name in lower case; undefined where there is none or more than one. */
  header(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now: number;
};

// biome-ignore lint/suspicious/noExplicitAny: what others send has every shape there is
export type Body = Record<string, any>;

/** What a delivery tells, as a row of `events` has it. */
export type Told = {
  /** Its id at the provider: the same for each attempt to deliver it. */
  externalId: string;
  /** Such as `pull_request.closed`. */
  eventType: string;
  /** By the provider's clock, where it says. */
  occurredAt?: Date | undefined;
  title?: string | undefined;
  actorName?: string | undefined;
  actorExternalId?: string | undefined;
  targetType?: string | undefined;
  targetId?: string | undefined;
  threadId?: string | undefined;
  sourceUrl?: string | undefined;
};

export type EventProvider = {
  provider: Provider;
  /** The kind of credential that its deliveries are signed with. */
  signedWith: CredentialKind;
  /** Whether it takes a secret that is made here; the others make it, and tell it. */
  takesOurSecret?: boolean;
  /** Null where one of the secrets has signed the delivery, and lately; otherwise why it is refused. */
  refusal(delivery: Delivery, secrets: readonly [string, ...string[]]): Promise<string | null>;
  /** Null where it lacks what every delivery of the provider has. */
  read(delivery: Delivery, body: Body): Told | null;
  /** What the provider wants to hear at once, where this is no event but a question. */
  reply?(body: Body): Body | null;
  /** The secret itself, where this is how the provider tells it: once, unsigned, before anything else. */
  offeredSecret?(body: Body): string | null;
};

/** Texts only; of what others send, anything may be missing or of another type. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** ISO 8601 or seconds since 1970. */
export function timeIn(value: unknown): Date | undefined {
  const at =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) ? new Date(at) : undefined;
}

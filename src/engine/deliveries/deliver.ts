/**
 * Sends a subscriber what is due. The row of a delivery is its ledger: it is claimed before anything is sent and says what
 * came of it afterwards; a claim runs out with its process, and the message then goes out again under the same id.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Job } from 'bullmq';
import { Event } from '../../../entities/events/event.ts';
import { EventKey } from '../../../entities/events/event-key.ts';
import { Subscription } from '../../../entities/events/subscription.ts';
import { type Answer, SubscriptionDelivery } from '../../../entities/events/subscription-delivery.ts';
import { NotTaken } from '../../integrations/subscribers/port.ts';
import { redact } from '../../security/redact.ts';
import { messageOf } from '../../subscriptions/message.ts';
import type { Engine } from '../engine.ts';
import { PermanentFailure, RetryLater, reasonOf } from '../errors.ts';
import { giveUp } from './give-up.ts';

/** Longer than an attempt may take. */
const claimMs = 60_000;
/** Between an attempt and the next: about a day until a message is given up. */
const pausesMs = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map((seconds) => seconds * 1_000);
/** Up to a tenth is added, so that those that failed together do not come back together. */
const jitter = 0.1;
/** So long a receiver may put off a message without an attempt being counted. */
const patienceMs = 3 * 24 * 3_600_000;
/** A job ends after this; the next one goes on. */
const longestMs = 20_000;
/** Side by side to one subscriber; a channel of Slack takes one a second. */
const atOnce = { webhook: 5, slack: 1 } as const;

/** Gives what became of it, for people who look at the finished job. */
export async function deliverMessages(engine: Engine, job: Job, signal: AbortSignal): Promise<string> {
  const { organizationId, subscriptionId } = job.data as { organizationId: string; subscriptionId: string };
  const db = engine.databases.inOrganization(organizationId);
  const began = Date.now();
  const counts = { delivered: 0, failed: 0 };
  while (!signal.aborted && Date.now() - began < longestMs) {
    const subscription = await db.events((em) =>
      em.findOne(Subscription, { id: subscriptionId, status: 'active' }),
    );
    if (!subscription) break;
    const claimed = await db.events((em) => claim(em, subscription));
    if (claimed.length === 0) break;
    const outcomes = await Promise.all(claimed.map((one) => deliver(engine, subscription, one)));
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  return `${counts.delivered} delivered, ${counts.failed} not`;
}

type Claimed = { id: string; eventId: string; attempts: number; wantedAt: Date; mayHaveArrived: boolean };

async function claim(
  em: EntityManager,
  { id, deliveryMethod, maxEventsPerHour }: Subscription,
): Promise<Claimed[]> {
  const rows = await em.execute<
    { id: string; event_id: string; attempts: number; created_at: Date; uncertain: boolean }[]
  >(
    `with due as (
       select id, attempts > 0 and response_status is null as uncertain from subscription_deliveries
        where subscription_id = ? and status in ('pending', 'sending') and next_attempt_at <= clock_timestamp()
        order by next_attempt_at, created_at
        limit least(?, (select greatest(0, ? - count(*)) from subscription_deliveries
                         where subscription_id = ? and sent_at > now() - interval '1 hour'))
          for update skip locked)
     update subscription_deliveries delivery
        set status = 'sending', attempts = attempts + 1, sent_at = clock_timestamp(), response_status = null,
            next_attempt_at = clock_timestamp() + ? * interval '1 millisecond'
       from due where delivery.id = due.id
     returning delivery.id, event_id, attempts, delivery.created_at, uncertain`,
    [id, atOnce[deliveryMethod], maxEventsPerHour, id, claimMs],
  );
  return rows.map((row) => ({
    id: row.id,
    eventId: row.event_id,
    attempts: row.attempts,
    wantedAt: new Date(row.created_at),
    mayHaveArrived: row.uncertain,
  }));
}

async function deliver(
  engine: Engine,
  subscription: Subscription,
  claimed: Claimed,
): Promise<'delivered' | 'failed'> {
  const { organizationId, deliveryMethod } = subscription;
  const db = engine.databases.inOrganization(organizationId);
  try {
    const event = await db.events((em) => eventOf(em, claimed.eventId));
    const message = messageOf(event, engine.config.http.publicUrl);
    engine.atBoundary?.('operation-claimed', 'deliver-message');
    const answer = await engine.messengersOf(organizationId)[deliveryMethod].deliver({
      to: subscription,
      message,
      mayHaveArrived: claimed.mayHaveArrived,
      wantedAt: claimed.wantedAt,
    });
    engine.atBoundary?.('effect-made', 'deliver-message');
    await db.events(async (em) => {
      (await held(em, claimed))?.succeed(answer);
      await em.nativeUpdate(
        Subscription,
        { id: subscription.id, failingSince: { $ne: null } },
        { failingSince: null },
      );
    });
    return 'delivered';
  } catch (error) {
    await db.events((em) => settleFailure(em, subscription, claimed, error));
    return 'failed';
  }
}

/** The table is kept by month, which the key tells. */
async function eventOf(em: EntityManager, id: string): Promise<Event> {
  const { occurredAt } = await em.findOneOrFail(EventKey, { id });
  return em.findOneOrFail(Event, { id, occurredAt });
}

/** Null where the claim ran out, and somebody else has it. */
const held = (em: EntityManager, { id, attempts }: Claimed) =>
  em.findOne(SubscriptionDelivery, { id, attempts, status: 'sending' });

async function settleFailure(
  em: EntityManager,
  { id }: Subscription,
  claimed: Claimed,
  error: unknown,
): Promise<void> {
  const row = await held(em, claimed);
  if (!row) return;
  const reason = redact(reasonOf(error));
  const answer = error instanceof NotTaken ? error.answer : silence(row);
  if (error instanceof RetryLater && Date.now() - claimed.wantedAt.getTime() < patienceMs) {
    row.fail(answer, `waits for ${reason}`, error.until);
    row.attempts -= 1;
    return;
  }
  await em.execute(
    'update subscriptions set failing_since = coalesce(failing_since, clock_timestamp()) where id = ?',
    [id],
    'run',
  );
  const pauseMs = pausesMs[claimed.attempts - 1];
  const isLast = pauseMs === undefined || error instanceof PermanentFailure;
  const isGone = error instanceof NotTaken && error.isGone;
  row.fail(
    answer,
    reason,
    isLast || isGone ? null : new Date(Date.now() + pauseMs * (1 + Math.random() * jitter)),
  );
  await em.flush();
  if (row.status === 'failed') await giveUp(em, row, { reason, isGone });
}

const silence = ({ sentAt }: SubscriptionDelivery): Answer => ({
  status: null,
  body: null,
  durationMs: sentAt ? Math.max(0, Date.now() - sentAt.getTime()) : 0,
});

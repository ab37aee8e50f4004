/** `/v1/subscriptions`: who is told what happens, and what became of each message. */
import type { Response } from 'express';
import { z } from 'zod';
import { Subscription } from '../../../entities/events/subscription.ts';
import { SubscriptionDelivery } from '../../../entities/events/subscription-delivery.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import { redeliver, sendTest } from '../../subscriptions/deliveries.ts';
import {
  changeSubscription,
  createSubscription,
  removeSubscription,
  replaceSigningSecret,
  type SubscriptionKeeper,
} from '../../subscriptions/subscriptions.ts';
import { tagged } from '../etag.ts';
import { afterNewest, cursorAfter, pageOf, pageQuery, pageSchema } from '../pages.ts';
import { Problem } from '../problem.ts';
import { secretRequest, subscriptionChange, subscriptionRequest } from '../requests/subscription-requests.ts';
import { type Asked, defineRoute } from '../route.ts';
import {
  deliverySchema,
  deliveryStates,
  deliveryView,
  newSubscriptionSchema,
  subscriptionSchema,
  subscriptionView,
} from '../views/subscription-view.ts';

const list = defineRoute({
  method: 'get',
  path: '/v1/subscriptions',
  name: 'listSubscriptions',
  tag: 'subscriptions',
  summary: 'List subscriptions by name',
  answer: z.object({ items: z.array(subscriptionSchema) }).meta({ id: 'SubscriptionList' }),
  handle: async ({ db }) => {
    const rows = await db.events((em) => em.find(Subscription, {}, { orderBy: { name: 'asc' } }));
    return { items: rows.map(subscriptionView) };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/v1/subscriptions',
  name: 'createSubscription',
  tag: 'subscriptions',
  summary: 'Have a webhook or a Slack channel told what happens',
  description:
    'Webhooks are signed as Standard Webhooks have it; any of its libraries checks them with the `secret`. Slack takes the bot token that ' +
    'the vault has as `slack_token`.',
  role: 'admin',
  creates: '/v1/subscriptions/:id',
  shownOnce: ['secret'],
  body: subscriptionRequest,
  status: 201,
  answer: newSubscriptionSchema,
  problems: { 409: 'There is a subscription of this name already.' },
  handle: async (asked) => {
    const { body, res, newId } = asked;
    const { method: deliveryMethod, types, level, maxPerHour, ...rest } = body;
    const made = await createSubscription(keeperOf(asked), {
      ...rest,
      id: newId,
      deliveryMethod,
      eventTypes: types,
      minLevel: level,
      maxEventsPerHour: maxPerHour,
    });
    return { ...tagged(res, subscriptionView(made.subscription)), secret: made.secret };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/subscriptions/:id',
  name: 'getSubscription',
  tag: 'subscriptions',
  summary: 'Look at a subscription',
  ids: { id: 'subscription' },
  answer: subscriptionSchema,
  handle: async ({ db, id, res }) => {
    const row = await db.events((em) => em.findOne(Subscription, { id: id() }));
    if (!row) throw notFound(id());
    return tagged(res, subscriptionView(row));
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/subscriptions/:id',
  name: 'changeSubscription',
  tag: 'subscriptions',
  summary: 'Change a subscription, hold it or let it go on',
  role: 'admin',
  ids: { id: 'subscription' },
  versioned: true,
  body: subscriptionChange,
  answer: subscriptionSchema,
  problems: { 409: 'It cannot be paused now, or another one has the name.' },
  handle: async (asked) => {
    const { types, level, maxPerHour, ...rest } = asked.body;
    const to = { ...rest, eventTypes: types, minLevel: level, maxEventsPerHour: maxPerHour };
    const row = await changeSubscription(keeperOf(asked), asked.id(), to, asked.ifMatch);
    return tagged(asked.res, subscriptionView(row));
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/subscriptions/:id',
  name: 'removeSubscription',
  tag: 'subscriptions',
  summary: 'Remove a subscription with its deliveries, and destroy its secret',
  role: 'admin',
  ids: { id: 'subscription' },
  versioned: true,
  status: 204,
  handle: (asked) => removeSubscription(keeperOf(asked), asked.id(), asked.ifMatch),
});

const secrets = defineRoute({
  method: 'post',
  path: '/v1/subscriptions/:id/secret',
  name: 'replaceSubscriptionSecret',
  tag: 'subscriptions',
  summary: 'Give a webhook another secret; messages are signed with both for a day',
  role: 'admin',
  ids: { id: 'subscription' },
  body: secretRequest,
  answer: newSubscriptionSchema,
  problems: { 409: 'Messages to Slack are not signed.' },
  handle: async (asked) => {
    const replaced = await replaceSigningSecret(keeperOf(asked), asked.id(), asked.body.secret);
    return { ...tagged(asked.res, subscriptionView(replaced.subscription)), secret: replaced.secret };
  },
});

const test = defineRoute({
  method: 'post',
  path: '/v1/subscriptions/:id/test',
  name: 'testSubscription',
  tag: 'subscriptions',
  summary: 'Have a test message sent to this subscription alone',
  creates: '/v1/subscriptions/:id/deliveries/:delivery',
  ids: { id: 'subscription' },
  status: 202,
  answer: deliverySchema,
  problems: { 409: 'The subscription is not active.' },
  handle: async (asked) => {
    const { caller, newId } = asked;
    return deliveryView(await sendTest(asked.db, caller.organizationId, asked.id(), newId, asked.by));
  },
});

const deliveries = defineRoute({
  method: 'get',
  path: '/v1/subscriptions/:id/deliveries',
  name: 'listDeliveries',
  tag: 'subscriptions',
  summary: 'List what was or is to be sent, newest first',
  ids: { id: 'subscription' },
  query: z.strictObject({
    ...pageQuery,
    status: z.enum(deliveryStates, `This should be one of: ${deliveryStates.join(', ')}.`).optional(),
  }),
  answer: pageSchema(deliverySchema).meta({ id: 'DeliveryPage' }),
  handle: async ({ db, id, query: { limit, cursor, status } }) => {
    const after = afterNewest('subscription_deliveries', cursor);
    const rows = await db.events(async (em) => {
      if ((await em.count(Subscription, { id: id() })) === 0) throw notFound(id());
      return em.find(
        SubscriptionDelivery,
        {
          subscriptionId: id(),
          ...(status ? { status } : {}),
          ...after,
        },
        { orderBy: { createdAt: 'desc', id: 'desc' }, limit: limit + 1 },
      );
    });
    return pageOf(rows, limit, deliveryView, cursorAfter);
  },
});

const delivery = defineRoute({
  method: 'get',
  path: '/v1/subscriptions/:id/deliveries/:delivery',
  name: 'getDelivery',
  tag: 'subscriptions',
  summary: 'Look at what became of a message',
  ids: { id: 'subscription', delivery: 'delivery' },
  answer: deliverySchema,
  handle: async ({ db, id }) => {
    const row = await db.events((em) =>
      em.findOne(SubscriptionDelivery, { id: id('delivery'), subscriptionId: id() }),
    );
    if (!row) throw new Problem('not-found', `The subscription has no delivery ${id('delivery')}.`);
    return deliveryView(row);
  },
});

const again = defineRoute({
  method: 'post',
  path: '/v1/subscriptions/:id/deliveries/:delivery/redeliver',
  name: 'redeliver',
  tag: 'subscriptions',
  summary: 'Have a message sent once more, under the same id',
  ids: { id: 'subscription', delivery: 'delivery' },
  status: 202,
  answer: deliverySchema,
  problems: { 409: 'The subscription is not active.' },
  handle: async (asked) =>
    located(asked.res, await redeliver(asked.db, asked.id(), asked.id('delivery'), asked.by)),
});

const keeperOf = (asked: Asked<unknown, unknown>): SubscriptionKeeper => ({
  db: asked.db,
  organizationId: asked.caller.organizationId,
  keyring: keyringSource(asked.engine.config),
  by: asked.caller.keyName,
  allowLoopback: asked.engine.config.subscribers.allowLoopback,
});

function located(res: Response, row: SubscriptionDelivery) {
  res.location(`/v1/subscriptions/${row.subscriptionId}/deliveries/${row.id}`);
  return deliveryView(row);
}

const notFound = (id: string) => new Problem('not-found', `There is no subscription ${id}.`);

export const subscriptionRoutes = [
  list,
  create,
  get,
  change,
  remove,
  secrets,
  test,
  deliveries,
  delivery,
  again,
];

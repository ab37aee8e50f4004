/** What may be sent to the routes of subscriptions. */
import { z } from 'zod';
import { eventLevels } from '../../../entities/events/subscription.ts';
import { filledText, oneObject, text } from './texts.ts';

const name = filledText(255, 'The name is empty; give one.');

const type = text(100).regex(
  /^[A-Za-z0-9_.-]+\*?$|^\*$/,
  'This should be a type of events, such as workflow.failed or stage.*.',
);

const terms = {
  name,
  description: text(2_000).nullable(),
  destination: text(2_000)
    .min(1)
    .describe('An https:// URL without a name or password in it, or the id of a Slack channel.'),
  types: z.array(type).max(100).describe('`workflow.failed`, or `stage.*` for all of a subject; empty: all.'),
  sources: z
    .array(text(50).min(1))
    .max(20)
    .describe('`workflows`, `vault`, `subscriptions`, or a provider such as `github`; empty: all.'),
  projects: z.array(z.uuid('This should be the id of a project.')).max(500).describe('Empty: all.'),
  level: z
    .enum(eventLevels, `This should be one of: ${eventLevels.join(', ')}.`)
    .describe('What matters less is not sent: `debug` has every operation, `error` what has failed.'),
  maxPerHour: z
    .int('This should be a whole number.')
    .min(1)
    .max(1_000_000)
    .describe('What is more waits for the next hour.'),
};

const secret = text(500)
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'A secret is whsec_ and 24 to 64 bytes in base64.')
  .describe('As Standard Webhooks have it; made up where it is left out.');

export const subscriptionRequest = z
  .strictObject(
    {
      ...terms,
      description: terms.description.default(null),
      types: terms.types.default([]),
      sources: terms.sources.default(['workflows']),
      projects: terms.projects.default([]),
      level: terms.level.default('info'),
      maxPerHour: terms.maxPerHour.default(1_000),
      method: z.enum(['webhook', 'slack'], 'This should be webhook or slack.'),
      secret: secret.optional(),
    },
    oneObject,
  )
  .meta({
    id: 'SubscriptionRequest',
    examples: [
      {
        name: 'on call',
        method: 'webhook',
        destination: 'https://example.com/hooks/gsw',
        types: ['workflow.*'],
        level: 'warning',
      },
    ],
  });

export const subscriptionChange = z
  .strictObject(
    {
      ...terms,
      status: z
        .enum(['active', 'paused', 'disabled'], 'This should be active, paused or disabled.')
        .describe('`paused`: what happens is told later; `disabled`: it is not told.'),
    },
    oneObject,
  )
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'Nothing is to change; name at least one field.')
  .meta({ id: 'SubscriptionChange', examples: [{ status: 'paused' }] });

export const secretRequest = z
  .strictObject({ secret: secret.optional() }, oneObject)
  .meta({ id: 'SubscriptionSecret' });

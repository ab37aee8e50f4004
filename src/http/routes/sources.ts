/** `/v1/sources`: which services may tell us what happens there. */
import { z } from 'zod';
import { EventSource } from '../../../entities/events/event-source.ts';
import { providerNames } from '../../events/providers/index.ts';
import { changeSource, createSource, type Keeper, replaceSecret } from '../../events/sources.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import { ownUrl } from '../own-url.ts';
import { Problem } from '../problem.ts';
import { filledText, text } from '../requests/texts.ts';
import { type Asked, defineRoute, type RouteEngine } from '../route.ts';
import { iso, time, timeOrNull } from '../times.ts';

const sourceSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    provider: z.string(),
    isActive: z.boolean(),
    url: z
      .string()
      .describe(
        'Where the service should send its webhooks, as `application/json`; an address of the server’s own machine where its PUBLIC_URL is not set.',
      ),
    hasSecret: z
      .boolean()
      .describe('Without one, nothing is taken; Notion tells its own with its first message.'),
    settings: z
      .record(z.string(), z.unknown())
      .describe('Such as `startLabel`, `startAssignee`, `repository`.'),
    lastEventAt: timeOrNull,
    createdAt: time,
  })
  .meta({ id: 'EventSource' });

const withSecret = sourceSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .describe('Where it was made up here: shown this once, and null when the answer is sent again.'),
  })
  .meta({ id: 'NewEventSource' });

const secret = text(500).min(8, 'A secret has 8 characters or more.').optional();

const settings = z
  .strictObject({
    startLabel: text(100)
      .min(1)
      .exactOptional()
      .describe('The label that starts a workflow; `gsw` unless told.'),
    startAssignee: text(255)
      .min(1)
      .exactOptional()
      .describe('Whom an issue is given to, to start a workflow.'),
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'This should be a repository as OWNER/NAME.')
      .exactOptional()
      .describe('`OWNER/NAME`: where work for issues of Linear is done.'),
  })
  .meta({ id: 'EventSourceSettings' });

const sourceRequest = z
  .strictObject({
    name: filledText(200, 'The name is empty; give one.'),
    provider: z.enum(providerNames, `This should be one of: ${providerNames.join(', ')}.`),
    secret: secret.describe('What it signs with. GitHub lets us choose: left out, one is made up.'),
    settings: settings.default({}),
  })
  .meta({ id: 'EventSourceRequest', examples: [{ name: 'acme', provider: 'github' }] });

const list = defineRoute({
  method: 'get',
  path: '/v1/sources',
  name: 'listSources',
  tag: 'events',
  summary: 'List the services that may send webhooks',
  answer: z.object({ items: z.array(sourceSchema) }).meta({ id: 'EventSourceList' }),
  handle: async ({ engine, db }) => {
    const rows = await db.events((em) => em.find(EventSource, {}, { orderBy: { name: 'asc' } }));
    return { items: rows.map((row) => view(engine, row)) };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/v1/sources',
  name: 'createSource',
  tag: 'events',
  summary: 'Listen to a service',
  role: 'admin',
  creates: '/v1/sources/:id',
  shownOnce: ['secret'],
  body: sourceRequest,
  status: 201,
  answer: withSecret,
  problems: { 409: 'There is a source of this name already, or the name is one of ours.' },
  handle: async (asked) => {
    const { engine, body, newId } = asked;
    const made = await createSource(keeperOf(asked), { ...body, id: newId });
    return { ...view(engine, made.source), secret: made.secret };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/sources/:id',
  name: 'getSource',
  tag: 'events',
  summary: 'Look at a source',
  ids: { id: 'source' },
  answer: sourceSchema,
  handle: async ({ engine, db, id }) => {
    const row = await db.events((em) => em.findOne(EventSource, { id: id() }));
    if (!row) throw new Problem('not-found', `There is no source ${id()}.`);
    return view(engine, row);
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/sources/:id',
  name: 'changeSource',
  tag: 'events',
  summary: 'Hold a source or let it go on, change its settings, end what its earlier secret is good for',
  role: 'admin',
  ids: { id: 'source' },
  body: z
    .strictObject({
      isActive: z.boolean().exactOptional(),
      settings: settings.exactOptional(),
      forgetEarlier: z.boolean().exactOptional().describe('Secrets that were replaced count no more.'),
    })
    .meta({ id: 'EventSourceChange' }),
  answer: sourceSchema,
  handle: async (asked) => view(asked.engine, await changeSource(keeperOf(asked), asked.id(), asked.body)),
});

const secrets = defineRoute({
  method: 'post',
  path: '/v1/sources/:id/secret',
  name: 'replaceSourceSecret',
  tag: 'events',
  summary: 'Give a source another secret; the earlier one counts until it is ended',
  role: 'admin',
  ids: { id: 'source' },
  body: z.strictObject({ secret }).meta({ id: 'EventSourceSecret' }),
  answer: withSecret,
  handle: async (asked) => {
    const replaced = await replaceSecret(keeperOf(asked), asked.id(), asked.body.secret);
    return { ...view(asked.engine, replaced.source), secret: replaced.secret };
  },
});

function keeperOf({ engine, db, caller }: Asked<unknown, unknown>): Keeper {
  const { organizationId, keyName } = caller;
  return { db, organizationId, keyring: keyringSource(engine.config), by: keyName };
}

function view({ config }: RouteEngine, row: EventSource) {
  const { earlierCredentialIds: _, ...shown } = row.settings as Record<string, unknown>;
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    isActive: row.isActive,
    url: `${ownUrl(config.http)}/webhooks/${row.provider}/${row.id}`,
    hasSecret: row.credentialId != null,
    settings: shown,
    lastEventAt: iso(row.lastEventAt),
    createdAt: row.createdAt.toISOString(),
  };
}

export const sourceRoutes = [list, create, get, change, secrets];

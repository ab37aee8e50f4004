/** `/v1/api-keys`: who may act for an organisation, and as what. */
import { z } from 'zod';
import { ApiKey } from '../../../entities/projects/api-key.ts';
import { roles } from '../../../entities/projects/roles.ts';
import { addApiKey } from '../../security/api-keys.ts';
import { refuseMore, revokeApiKey, rotateApiKey } from '../../security/change-api-keys.ts';
import { Problem } from '../problem.ts';
import { filledText, moment } from '../requests/texts.ts';
import { defineRoute, scopes } from '../route.ts';
import { iso, time, timeOrNull } from '../times.ts';

const apiKeySchema = z
  .object({
    id: z.uuid(),
    name: z.string().describe('Stands as actor in what is done with it.'),
    role: z.enum(roles),
    scopes: z
      .array(z.string())
      .nullable()
      .describe('All that it may of what its role may; null: all of that.'),
    lastFour: z.string().describe('The last four characters, to tell keys apart.'),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: time,
    expiresAt: timeOrNull.describe('Null: never.'),
    lastUsedAt: timeOrNull.describe('Noted once a minute.'),
    revokedAt: timeOrNull,
  })
  .meta({ id: 'ApiKey' });

const withKey = apiKeySchema
  .extend({
    key: z
      .string()
      .nullable()
      .describe('Shown this once and kept nowhere; null when the answer is sent again: then rotate it.'),
  })
  .meta({ id: 'NewApiKey' });

const rotated = withKey
  .extend({
    earlierUntil: timeOrNull.describe(
      'Until when the earlier key works, as was said just now; null when the answer is sent again.',
    ),
  })
  .meta({ id: 'RotatedApiKey' });

const expiresAt = moment
  .refine((value) => value > new Date(), 'This time is past.')
  .nullable()
  .default(null)
  .describe('Null: never.');

const list = defineRoute({
  method: 'get',
  path: '/v1/api-keys',
  name: 'listApiKeys',
  tag: 'administration',
  summary: 'List API keys, newest first, those that are over too',
  role: 'admin',
  answer: z.object({ items: z.array(apiKeySchema) }).meta({ id: 'ApiKeyList' }),
  handle: async ({ db }) => {
    const rows = await db.projects((em) =>
      em.find(ApiKey, {}, { orderBy: { createdAt: 'desc', id: 'asc' } }),
    );
    return { items: rows.map(view) };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/v1/api-keys',
  name: 'createApiKey',
  tag: 'administration',
  summary: 'Make an API key',
  role: 'admin',
  creates: '/v1/api-keys/:id',
  shownOnce: ['key'],
  body: z
    .strictObject({
      name: filledText(255, 'The name is empty; give one.'),
      role: z.enum(roles, `This should be one of: ${roles.join(', ')}.`),
      scopes: z
        .array(z.enum(scopes, `This should be one of: ${scopes.join(', ')}.`))
        .min(1, 'A key without any scope could do nothing; leave scopes out for all that the role may.')
        .transform((all) => [...new Set(all)].sort())
        .nullable()
        .default(null)
        .describe(
          'What it may of what its role may, by chapter of this document; who may write may read. Null: all of that.',
        ),
      expiresAt,
    })
    .meta({
      id: 'ApiKeyRequest',
      examples: [{ name: 'nightly build', role: 'operator', scopes: ['workflows:write'] }],
    }),
  status: 201,
  answer: withKey,
  handle: ({ db, caller, newId, body: { name, ...terms } }) => {
    refuseMore(caller, terms.scopes);
    return db.projects(async (em) => {
      const key = addApiKey(em, caller.organizationId, name, { ...terms, id: newId });
      await em.flush();
      return { ...view(await em.findOneOrFail(ApiKey, { id: newId })), key };
    });
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/api-keys/:id',
  name: 'getApiKey',
  tag: 'administration',
  summary: 'Look at an API key',
  role: 'admin',
  ids: { id: 'API key' },
  answer: apiKeySchema,
  handle: async ({ db, id }) => {
    const row = await db.projects((em) => em.findOne(ApiKey, { id: id() }));
    if (!row) throw new Problem('not-found', `There is no API key ${id()}.`);
    return view(row);
  },
});

const rotate = defineRoute({
  method: 'post',
  path: '/v1/api-keys/:id/rotate',
  name: 'rotateApiKey',
  tag: 'administration',
  summary: 'Put another API key of the same name, role and scopes in the place of one',
  role: 'admin',
  ids: { id: 'API key' },
  creates: '/v1/api-keys/:id',
  shownOnce: ['key', 'earlierUntil'],
  body: z
    .strictObject({
      overlapMinutes: z
        .int('This should be a whole number of minutes.')
        .min(0, 'This should be 0 or more.')
        .max(10_080, 'Both may work for a week at most: 10080.')
        .default(0)
        .describe(
          'How long the earlier key goes on working: ten minutes at least where it is the one this is asked with, for the answer may be lost.',
        ),
      expiresAt,
    })
    .meta({ id: 'ApiKeyRotation', examples: [{ overlapMinutes: 60 }] }),
  status: 201,
  answer: rotated,
  problems: { 409: 'The key is over already, or what was sent before under this key is still under way.' },
  handle: async ({ db, caller, id, newId, body }) => {
    const { row, key, earlierUntil } = await rotateApiKey(db, caller, { id: id(), newId, ...body });
    return { ...view(row), key, earlierUntil: earlierUntil.toISOString() };
  },
});

const revoke = defineRoute({
  method: 'delete',
  path: '/v1/api-keys/:id',
  name: 'revokeApiKey',
  tag: 'administration',
  summary: 'Revoke an API key, at once and for good; it stays in the list',
  role: 'admin',
  ids: { id: 'API key' },
  answer: apiKeySchema,
  problems: { 409: 'It is the last admin key without scopes.' },
  handle: async ({ db, caller, id }) => view(await revokeApiKey(db, caller.organizationId, id())),
});

function view(row: ApiKey): z.input<typeof apiKeySchema> {
  const { id, name, role, scopes = null, lastFour } = row;
  return {
    ...{ id, name, role, scopes, lastFour },
    state: row.stateAt(new Date()),
    createdAt: row.createdAt.toISOString(),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    revokedAt: iso(row.revokedAt),
  };
}

export const apiKeyRoutes = [list, create, get, rotate, revoke];

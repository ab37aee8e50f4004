/** `/v1/organization` and `/v1/members`: the caller's own organisation, and who belongs to it. */
import { z } from 'zod';
import { Organization } from '../../../entities/projects/organization.ts';
import { roles } from '../../../entities/projects/roles.ts';
import { refuseStale } from '../../engine/refuse-stale.ts';
import { addMember, changeRole, findMembers, type Member, removeMember } from '../../security/members.ts';
import { tagged } from '../etag.ts';
import { Problem } from '../problem.ts';
import { filledText, text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';
import { time } from '../times.ts';

const settings = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'This should be a currency as ISO 4217 has it, such as EUR.')
    .exactOptional(),
  timeZone: text(100)
    .refine((zone) => zonesKnow(zone), 'This should be a time zone, such as Europe/Berlin.')
    .exactOptional(),
});

function zonesKnow(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const notBlank = (max: number) => filledText(max, 'This is empty; give a text.');

const organizationSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    slug: z.string().describe('Its name in addresses; it never changes.'),
    description: z.string().nullable(),
    settings: z.object({ currency: z.string().optional(), timeZone: z.string().optional() }),
    createdAt: time,
    version: z.int(),
  })
  .meta({ id: 'Organization' });

const get = defineRoute({
  method: 'get',
  path: '/v1/organization',
  name: 'getOrganization',
  tag: 'administration',
  summary: 'Look at your organisation',
  answer: organizationSchema,
  handle: async ({ db, caller, res }) =>
    tagged(res, view(await db.projects((em) => em.findOneOrFail(Organization, caller.organizationId)))),
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/organization',
  name: 'changeOrganization',
  tag: 'administration',
  summary: 'Change your organisation; what is left out stays',
  role: 'admin',
  versioned: true,
  body: z
    .strictObject({
      name: notBlank(255).exactOptional(),
      description: text(10_000).nullable().exactOptional(),
      settings: settings.exactOptional(),
    })
    .meta({ id: 'OrganizationChange', examples: [{ settings: { timeZone: 'Europe/Berlin' } }] }),
  answer: organizationSchema,
  handle: async ({ db, caller, body, ifMatch, res }) => {
    const changed = await db.projects(async (em) => {
      const row = await em.findOneOrFail(Organization, caller.organizationId);
      refuseStale('organisation', row, ifMatch);
      Object.assign(row, body);
      await em.flush();
      return row;
    });
    return tagged(res, view(changed));
  },
});

const memberSchema = z
  .object({
    id: z.uuid(),
    userId: z.uuid(),
    name: z.string(),
    email: z.string(),
    githubLogin: z.string().nullable().describe('By which events of GitHub are told to be his.'),
    role: z.enum(roles),
    createdAt: time.describe('Since when he belongs to the organisation.'),
    version: z.int(),
  })
  .meta({ id: 'Member' });

const role = z.enum(roles, `This should be one of: ${roles.join(', ')}.`);

const listMembers = defineRoute({
  method: 'get',
  path: '/v1/members',
  name: 'listMembers',
  tag: 'administration',
  summary: 'List the members of your organisation by name',
  answer: z.object({ items: z.array(memberSchema) }).meta({ id: 'MemberList' }),
  handle: async ({ db }) => ({ items: (await db.projects((em) => findMembers(em))).map(memberView) }),
});

const add = defineRoute({
  method: 'post',
  path: '/v1/members',
  name: 'addMember',
  tag: 'administration',
  summary: 'Take somebody in',
  role: 'admin',
  creates: '/v1/members/:id',
  body: z
    .strictObject({
      name: notBlank(255),
      email: z.email('This should be an address, such as ada@example.com.').max(320),
      githubLogin: z
        .string()
        .regex(/^[A-Za-z\d](-?[A-Za-z\d]){0,38}$/, 'This should be a login at GitHub.')
        .nullable()
        .default(null),
      role,
    })
    .meta({ id: 'MemberRequest', examples: [{ name: 'Ada', email: 'ada@example.com', role: 'operator' }] }),
  status: 201,
  answer: memberSchema,
  problems: { 409: 'There is such a member already, or an account elsewhere; or it is still under way.' },
  handle: async ({ db, caller, newId, body, res }) =>
    tagged(res, memberView(await addMember(db, caller.organizationId, { ...body, id: newId }))),
});

const getMember = defineRoute({
  method: 'get',
  path: '/v1/members/:id',
  name: 'getMember',
  tag: 'administration',
  summary: 'Look at a member',
  ids: { id: 'member' },
  answer: memberSchema,
  handle: async ({ db, id, res }) => {
    const [member] = await db.projects((em) => findMembers(em, { id: id() }));
    if (!member) throw new Problem('not-found', `There is no member ${id()}.`);
    return tagged(res, memberView(member));
  },
});

const changeMember = defineRoute({
  method: 'patch',
  path: '/v1/members/:id',
  name: 'changeMember',
  tag: 'administration',
  summary: 'Give a member another role',
  role: 'admin',
  ids: { id: 'member' },
  versioned: true,
  body: z.strictObject({ role }).meta({ id: 'MemberChange', examples: [{ role: 'viewer' }] }),
  answer: memberSchema,
  problems: { 409: 'It is the last admin.' },
  handle: async ({ db, caller, id, body, ifMatch, res }) => {
    const to = { id: id(), role: body.role, version: ifMatch };
    return tagged(res, memberView(await changeRole(db, caller.organizationId, to)));
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/members/:id',
  name: 'removeMember',
  tag: 'administration',
  summary: 'Let a member go; what he did stays in his name',
  role: 'admin',
  ids: { id: 'member' },
  versioned: true,
  status: 204,
  problems: { 409: 'It is the last admin.' },
  handle: ({ db, caller, id, ifMatch }) =>
    removeMember(db, caller.organizationId, { id: id(), version: ifMatch }),
});

function view(row: Organization): z.input<typeof organizationSchema> {
  const { id, name, slug, description = null, settings: decided, version } = row;
  return { id, name, slug, description, settings: decided, createdAt: row.createdAt.toISOString(), version };
}

function memberView({ membership, user }: Member): z.input<typeof memberSchema> {
  return {
    id: membership.id,
    userId: user.id,
    name: user.name,
    email: user.email,
    githubLogin: user.githubLogin ?? null,
    role: membership.role,
    createdAt: membership.createdAt.toISOString(),
    version: membership.version,
  };
}

export const organizationRoutes = [get, change, listMembers, add, getMember, changeMember, remove];

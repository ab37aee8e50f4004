/** `/v1/audit`: who did what in an organisation, and whether the log is as it was written. */
import { z } from 'zod';
import { actorKinds } from '../../../entities/actor.ts';
import { AuditEntry } from '../../../entities/events/audit-entry.ts';
import { verifyAuditLog } from '../../audit/verify.ts';
import { startingWith } from '../../databases/like.ts';
import { oneMoment } from '../../databases/tenancy.ts';
import { pageOf, pageQuery, pageSchema } from '../pages.ts';
import { moment, text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';
import { time } from '../times.ts';

const changed = z.record(z.string(), z.unknown()).nullable();

const entrySchema = z
  .object({
    sequence: z.int().describe('Its place in the chain, from 1, without gaps.'),
    actor: z.object({ kind: z.enum(actorKinds), name: z.string(), id: z.string().nullable() }),
    action: z.string().describe('Such as `workflow.queued` or `api_keys.inserted`.'),
    subjectType: z.string().describe('`<database>.<table>`.'),
    subjectId: z.string().nullable(),
    before: changed,
    after: changed,
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    occurredAt: time,
    recordedAt: time,
    hash: z.string().describe('SHA-256 of the entry, which holds that of the one before it.'),
  })
  .meta({ id: 'AuditEntry' });

const query = z.strictObject({
  actor: text(255).min(1).optional().describe('The name of a key, a person, a worker.'),
  actorKind: z.enum(actorKinds, `This should be one of: ${actorKinds.join(', ')}.`).optional(),
  action: text(150)
    .min(1)
    .optional()
    .describe('Such as `workflow.queued`; `workflow.*` for all of a subject.'),
  subjectId: text(255).min(1).optional().describe('The id of what it was done to.'),
  from: moment.optional().describe('What happened then or later.'),
  to: moment.optional().describe('What happened before.'),
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'This is no cursor; send the nextCursor of the page before, or leave it out.')
    .optional(),
});

const list = defineRoute({
  method: 'get',
  path: '/v1/audit',
  name: 'listAuditEntries',
  tag: 'administration',
  summary: 'Read the audit log, the latest first',
  description: 'What was just done appears within a second or two: workers bring it in.',
  role: 'admin',
  query,
  answer: pageSchema(entrySchema).meta({ id: 'AuditPage' }),
  handle: async ({ db, query: { actor, actorKind, action, subjectId, from, to, limit, cursor } }) => {
    const rows = await db.events((em) =>
      em.find(
        AuditEntry,
        {
          ...(actor !== undefined && { actorName: actor }),
          ...(actorKind && { actorKind }),
          ...(action !== undefined && { action: actionLike(action) }),
          ...(subjectId !== undefined && { subjectId }),
          ...((from || to) && { occurredAt: { ...(from && { $gte: from }), ...(to && { $lt: to }) } }),
          ...(cursor !== undefined && { sequence: { $lt: Number(cursor) } }),
        },
        { orderBy: { sequence: 'desc' }, limit: limit + 1 },
      ),
    );
    return pageOf(rows, limit, view, ({ sequence }) => String(sequence));
  },
});

const actionLike = (action: string) =>
  action.endsWith('.*') ? { $like: startingWith(action.slice(0, -1)) } : action;

const verify = defineRoute({
  method: 'get',
  path: '/v1/audit/verification',
  name: 'verifyAuditLog',
  tag: 'administration',
  summary: 'Check every link of the audit log, and name what was changed, removed or slipped in',
  description: 'Reads all of it, so it takes its time with a long one.',
  role: 'admin',
  query: z.strictObject({
    anchor: z
      .string()
      .regex(/^\d{1,15}:[\da-f]{64}$/, 'This should be a head that was noted earlier, as SEQUENCE:HASH.')
      .optional()
      .describe('A `head` of earlier, as `sequence:hash`: finds a log that was written anew, too.'),
  }),
  answer: z
    .object({
      isSound: z.boolean(),
      entries: z.int(),
      base: z
        .object({ sequence: z.int(), hash: z.string() })
        .nullable()
        .describe('The last entry that was pruned; null where none was.'),
      head: z.object({ sequence: z.int(), hash: z.string() }).nullable().describe('Keep it elsewhere.'),
      faults: z.array(
        z.object({ sequence: z.int().nullable().describe('Null for the head.'), problem: z.string() }),
      ),
    })
    .meta({ id: 'AuditVerification' }),
  handle: async ({ db, caller, query: { anchor } }) => {
    const [sequence, hash] = anchor?.split(':') ?? [];
    const noted =
      sequence !== undefined && hash !== undefined ? { sequence: Number(sequence), hash } : undefined;
    const verdict = await db.events((em) => verifyAuditLog(em, caller.organizationId, noted), oneMoment);
    return { isSound: verdict.faults.length === 0, ...verdict };
  },
});

function view(row: AuditEntry): z.input<typeof entrySchema> {
  const { sequence, action, subjectType, subjectId = null, before = null, after = null, hash } = row;
  const { reason = null, requestId = null, actorKind: kind, actorName: name, actorId = null } = row;
  return {
    ...{
      sequence,
      actor: { kind, name, id: actorId },
      action,
      subjectType,
      subjectId,
      before,
      after,
      reason,
    },
    ...{ requestId, hash },
    occurredAt: row.occurredAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  };
}

export const auditRoutes = [list, verify];

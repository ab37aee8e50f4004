import type { Event } from '../../entities/events/event.ts';
import {
  defineEventHandler,
  type EventContext,
  Ignored,
} from '../../src/engine/events/define-event-handler.ts';
import { commandIn } from '../../src/events/comment-command.ts';
import type { Body } from '../../src/events/provider.ts';
import { workflowsOf } from './correlate.ts';

/** Whom GitHub knows as one of the project. */
const insiders = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/** Passes on what people say to a workflow in a comment on its pull requests or issues. */
export const obeyComment = defineEventHandler({
  name: 'obey-comment',
  on: ['github:issue_comment.created', 'github:pull_request_review_comment.created', 'linear:Comment.create'],
  async handle(event, context) {
    const { comment, data } = event.payload as Body;
    const command = commandIn(String(comment?.body ?? data?.body ?? ''));
    if (!command) throw new Ignored('it gives no command');
    if (event.source === 'github' && !insiders.includes(comment?.author_association)) {
      throw new Ignored(`${event.actorName} is no member or collaborator of the repository`);
    }
    const workflows = await workflowsOf(event, context);
    const [workflowId, ...others] = workflows;
    if (!workflowId) throw new Ignored('it is about no workflow of ours');
    if (others.length > 0)
      throw new Ignored(`it is about ${workflows.length} workflows; say it to one of them`);
    if (await wasHeard(event, workflowId, context)) throw new Ignored('it was told before, and heard then');
    await context.signal({
      workflowId,
      ...command,
      saidAt: event.occurredAt,
      actor: `${event.source}:${event.actorName ?? event.actorExternalId ?? 'somebody'}`,
      // it may be told by webhook, and found by asking
      idempotencyKey: `${event.source}/${event.eventType}/${comment?.id ?? data?.id ?? event.id}`,
    });
    return `${command.type} was passed on to workflow ${workflowId}`;
  },
});

/**
 * A comment that a webhook tells of is found by asking, too. What was refused at the first hearing is not obeyed at the
 * second, when something else is asked.
 */
async function wasHeard(event: Event, workflowId: string, { db }: EventContext): Promise<boolean> {
  const { comment, data } = event.payload as Body;
  if ((comment?.id ?? data?.id) === undefined) return false;
  const about = comment ? { comment: { id: comment.id } } : { data: { id: data?.id } };
  const earlier = await db.events((em) =>
    em.execute(
      `select from events earlier
         join event_correlations correlation on correlation.event_id = earlier.id and correlation.workflow_id = ?
         join event_processing heard on heard.event_id = earlier.id and heard.handler = ?
        where earlier.source = ? and earlier.thread_id = ? and earlier.payload @> ?::jsonb
          and earlier.id <> ? and earlier.created_at < ? and heard.status in ('processed', 'ignored') limit 1`,
      [
        workflowId,
        obeyComment.name,
        event.source,
        event.threadId ?? '',
        JSON.stringify(about),
        event.id,
        event.createdAt,
      ],
    ),
  );
  return earlier.length > 0;
}

import type { SignalType } from '../../entities/workflows/signal.ts';
import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import { Refusal } from '../../src/engine/refusal.ts';
import type { Body } from '../../src/events/provider.ts';
import { workflowsOf } from './correlate.ts';

/** What may be said so: signals that need nothing but a reason. */
const commands = ['approve', 'reject', 'pause', 'resume', 'cancel', 'retry'] as const satisfies SignalType[];

/** `/gsw approve`, alone on its line; what follows on that line is the reason. */
const command = new RegExp(`^/gsw +(${commands.join('|')})(?: +(.*))?$`, 'im');

/** Whom GitHub knows as one of the project. */
const insiders = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/** Passes on what people say to a workflow in a comment on its pull requests or issues. */
export const obeyComment = defineEventHandler({
  name: 'obey-comment',
  on: ['github:issue_comment.created', 'github:pull_request_review_comment.created', 'linear:Comment.create'],
  async handle(event, context) {
    const { comment, data } = event.payload as Body;
    const [, type, reason] = command.exec(String(comment?.body ?? data?.body ?? '')) ?? [];
    if (!type) throw new Ignored('it gives no command');
    if (event.source === 'github' && !insiders.includes(comment?.author_association)) {
      throw new Ignored(`${event.actorName} is no member or collaborator of the repository`);
    }
    const workflows = await workflowsOf(event, context);
    const [workflowId, ...others] = workflows;
    if (!workflowId) throw new Ignored('it is about no workflow of ours');
    if (others.length > 0)
      throw new Ignored(`it is about ${workflows.length} workflows; say it to one of them`);
    try {
      await context.signal({
        workflowId,
        type: type.toLowerCase() as SignalType,
        actor: `${event.source}:${event.actorName ?? event.actorExternalId ?? 'somebody'}`,
        reason: reason?.trim() || undefined,
        idempotencyKey: `event/${event.id}`,
      });
    } catch (error) {
      if (error instanceof Refusal) throw new Ignored(error.message);
      throw error;
    }
    return `${type.toLowerCase()} was passed on to workflow ${workflowId}`;
  },
});

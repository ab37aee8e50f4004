/** What subscribers are sent of an event. */
import type { Event } from '../../entities/events/event.ts';
import type { Message } from '../integrations/subscribers/port.ts';
import { redact, redactAll } from '../security/redact.ts';
import { levelOf } from './level.ts';

/** Sources whose events are our own: what they say goes to subscribers whole. */
const own = ['workflows', 'vault', 'subscriptions'];

/** The same bytes each time: nothing in it changes once the event is kept. */
export function messageOf(event: Event, publicUrl: string | undefined): Message {
  const { id, eventType: type, source, occurredAt, payload } = event;
  const workflowId = event.workflowId ?? null;
  const title = event.title ? redact(event.title) : null;
  const body = {
    type,
    timestamp: occurredAt.toISOString(),
    id,
    source,
    level: levelOf(type),
    workflowId,
    title,
    data: own.includes(source) ? redactAll(payload) : summaryOf(event),
  };
  const link =
    workflowId && publicUrl ? ` <${publicUrl.replace(/\/$/, '')}/v1/workflows/${workflowId}|workflow>` : '';
  return { id, body: JSON.stringify(body), text: `${textOf(event, title)}${link}` };
}

/** Of what other services tell: who and what, not their whole message. */
function summaryOf({ actorName, targetType, targetId, sourceUrl }: Event) {
  return {
    actor: actorName ?? null,
    target: targetType ? { type: targetType, id: targetId ?? null } : null,
    url: sourceUrl ?? null,
  };
}

function textOf({ eventType, source, workflowId, payload }: Event, title: string | null): string {
  const reason = typeof payload.reason === 'string' ? payload.reason : null;
  const about = workflowId ? ` of workflow ${workflowId}` : '';
  const where = own.includes(source) ? '' : `${source}: `;
  const more = [title, reason && redact(reason)].filter((part) => part).join('; ');
  return escaped(`${where}${eventType}${about}${more ? `: ${more.slice(0, 1_000)}` : ''}`);
}

/** As Slack wants it, so that no text of others becomes a mention or a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

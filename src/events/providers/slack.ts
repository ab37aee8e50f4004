import { createHmac } from 'node:crypto';
import { isSameText } from '../../security/is-same-text.ts';
import { type EventProvider, text, timeIn } from '../provider.ts';

const toleranceMs = 5 * 60_000;

/** Slack's v0 signature covers the time; what is older than five minutes is refused, as Slack asks. */
export const slack: EventProvider = {
  provider: 'slack',
  signedWith: 'slack_signing_secret',

  async refusal({ raw, header, now }, secrets) {
    const signature = header('x-slack-signature');
    const timestamp = header('x-slack-request-timestamp');
    if (!signature || !timestamp) return 'There is no X-Slack-Signature or no X-Slack-Request-Timestamp.';
    const late = Math.abs(now - Number(timestamp) * 1000);
    if (!(late <= toleranceMs)) return 'X-Slack-Request-Timestamp is more than five minutes off.';
    const right = secrets.some((secret) => {
      const made = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(raw).digest('hex');
      return isSameText(`v0=${made}`, signature);
    });
    return right
      ? null
      : 'X-Slack-Signature is not what the signing secret of this source makes of the request.';
  },

  reply: (body) => (body.type === 'url_verification' ? { challenge: text(body.challenge) ?? '' } : null),

  read(_delivery, body) {
    const externalId = text(body.event_id);
    const type = text(body.event?.type) ?? text(body.type);
    if (!externalId || !type) return null;
    const { event } = body;
    const thread = text(event?.thread_ts ?? event?.ts);
    return {
      externalId,
      eventType: [type, text(event?.subtype)].filter(Boolean).join('.'),
      occurredAt: timeIn(body.event_time),
      title: text(event?.text)?.slice(0, 500),
      actorExternalId: text(event?.user),
      targetType: event?.channel ? 'channel' : undefined,
      targetId: text(event?.channel),
      threadId: thread && text(event?.channel) ? `${event.channel}/${thread}` : thread,
    };
  },
};

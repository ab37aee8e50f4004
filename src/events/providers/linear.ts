import {
  LINEAR_WEBHOOK_SIGNATURE_HEADER,
  LINEAR_WEBHOOK_TS_FIELD,
  LinearWebhookClient,
} from '@linear/sdk/webhooks';
import { type EventProvider, text, timeIn } from '../provider.ts';

/** The time of a delivery is in its signed body; Linear's own check takes a minute for late. */
export const linear: EventProvider = {
  provider: 'linear',
  signedWith: 'linear_webhook_secret',

  async refusal({ raw, header }, secrets) {
    const signature = header(LINEAR_WEBHOOK_SIGNATURE_HEADER);
    if (!signature) return `There is no ${LINEAR_WEBHOOK_SIGNATURE_HEADER}.`;
    const timestamp = timestampIn(raw);
    // without one, the check of the SDK would not look at the clock
    if (timestamp === undefined) return `The body has no ${LINEAR_WEBHOOK_TS_FIELD}.`;
    const right = secrets.some((secret) => {
      try {
        return new LinearWebhookClient(secret).verify(raw, signature, timestamp);
      } catch {
        return false;
      }
    });
    return right
      ? null
      : `${LINEAR_WEBHOOK_SIGNATURE_HEADER} is not what the secret of this source makes of the body, or it was signed more than a minute ago.`;
  },

  read({ header }, body) {
    const externalId = header('linear-delivery');
    const type = text(body.type);
    if (!externalId || !type) return null;
    const about = body.data ?? body.notification ?? body.agentSession;
    const issue = about?.issue ?? about;
    return {
      externalId,
      eventType: [type, text(body.action)].filter(Boolean).join('.'),
      occurredAt: timeIn(body.createdAt),
      title: text(about?.title ?? issue?.title ?? about?.name)?.slice(0, 500),
      actorName: text(body.actor?.name),
      actorExternalId: text(body.actor?.id),
      targetType: type,
      targetId: text(about?.id),
      threadId: text(about?.issueId ?? issue?.id),
      sourceUrl: text(body.url ?? about?.url),
    };
  },
};

function timestampIn(raw: Buffer): number | undefined {
  try {
    const value = JSON.parse(raw.toString())?.[LINEAR_WEBHOOK_TS_FIELD];
    return typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

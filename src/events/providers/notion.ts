import { verifyWebhookSignature } from '@notionhq/client';
import { type EventProvider, text, timeIn } from '../provider.ts';

/** Notion tells its secret itself, unsigned, before the first event; nothing that it signs has a time. */
export const notion: EventProvider = {
  provider: 'notion',
  signedWith: 'notion_verification_token',

  async refusal({ raw, header }, secrets) {
    const signature = header('x-notion-signature');
    if (!signature) return 'There is no X-Notion-Signature.';
    for (const verificationToken of secrets) {
      if (await verifyWebhookSignature({ body: raw, signature, verificationToken })) return null;
    }
    return 'X-Notion-Signature is not what the verification token of this source makes of the body.';
  },

  offeredSecret: (body) => text(body.verification_token) ?? null,

  read(_delivery, body) {
    const externalId = text(body.id);
    const eventType = text(body.type);
    if (!externalId || !eventType) return null;
    return {
      externalId,
      eventType,
      occurredAt: timeIn(body.timestamp),
      actorExternalId: text(body.authors?.[0]?.id),
      targetType: text(body.entity?.type),
      targetId: text(body.entity?.id),
      threadId: text(body.data?.page_id ?? body.data?.parent?.id),
    };
  },
};

/** Settings of a transaction that say who acts; triggers and the outbox read them. */
import type { Actor } from '../../entities/actor.ts';

const actorSetting = 'app.actor';
const requestSetting = 'app.request_id';

/** In whose name a transaction is, and the id of the HTTP request behind it. */
export type By = Actor & { requestId?: string };

export function settingsOf({ requestId, ...actor }: By): Record<string, string> {
  return {
    [actorSetting]: JSON.stringify(actor),
    ...(requestId === undefined ? {} : { [requestSetting]: requestId }),
  };
}

/** Who acts in this transaction, as jsonb; the database role where nobody said. */
export const actorInSql = `coalesce(nullif(current_setting('${actorSetting}', true), '')::jsonb,
      jsonb_build_object('kind', 'role', 'name', session_user))`;

/** The HTTP request behind this transaction, or null. */
export const requestInSql = `nullif(current_setting('${requestSetting}', true), '')`;

/**
 * `Idempotency-Key` for routes that make something: the key is kept first, with the id of what is to be made, then it is
 * made, then its answer is kept. A process that dies in between leaves a key without an answer; whoever sends the same
 * again looks under that id first, so nothing is made twice (docs/adr/0026).
 */
import { randomUUID } from 'node:crypto';
import { IdempotencyKey } from '../../entities/projects/idempotency-key.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { hashOf } from '../engine/derive.ts';
import { Refusal } from '../engine/refusal.ts';
import { Problem } from './problem.ts';

type Body = Record<string, unknown>;
export type Made = { body: Body; headers: Record<string, string>; isReplay: boolean };

export type Making = {
  db: Pick<OrganizationDatabases, 'projects'>;
  organizationId: string;
  key: string;
  /** All of the request that counts. */
  request: unknown;
  make(newId: string): Promise<Omit<Made, 'isReplay'>>;
  /** The answer for what was made under this id, without what is shown once; null where nothing was. */
  find(id: string): Promise<Omit<Made, 'isReplay'> | null>;
  /** Takes out what is shown once. */
  withoutSecrets(body: Body): Body;
};

/** Who has given no answer by then is taken for dead, seconds. */
const heldSeconds = 30;

/** Throws a {@link Problem} where the key is in use for the same just now, or stands for something else. */
export async function makeOnce(making: Making): Promise<Made> {
  const claim = await claimKey(making);
  if ('made' in claim) return { ...claim.made, isReplay: true };
  try {
    const { isReplay, ...made } = await attempt(making, claim);
    const kept = { answer: making.withoutSecrets(made.body), headers: made.headers };
    await making.db.projects((em) => em.nativeUpdate(IdempotencyKey, mine(claim), kept));
    return { ...made, isReplay };
  } catch (error) {
    await letGo(making, claim, error).catch(() => undefined);
    throw error;
  }
}

type Claim = { key: string; attemptId: string; madeId: string; isFirst: boolean };

const mine = ({ key, attemptId }: Claim) => ({ key, attemptId, answer: null });

/** Takes the key, also where an attempt under it has ended without an answer; or gives what was answered. */
async function claimKey({
  db,
  organizationId,
  key,
  request,
}: Making): Promise<Claim | { made: Omit<Made, 'isReplay'> }> {
  const requestHash = hashOf(request);
  const attemptId = randomUUID();
  const newId = randomUUID();
  return db.projects(async (em) => {
    const [taken] = await em.execute<{ made_id: string }[]>(
      `insert into idempotency_keys as kept (id, organization_id, key, request_hash, made_id, attempt_id, held_until)
       values (?, ?, ?, ?, ?, ?, now() + ? * interval '1 second')
       on conflict (organization_id, key) do update set attempt_id = excluded.attempt_id, held_until = excluded.held_until
        where kept.request_hash = excluded.request_hash and kept.answer is null and kept.held_until <= now()
       returning made_id`,
      [randomUUID(), organizationId, key, requestHash, newId, attemptId, heldSeconds],
    );
    if (taken) return { key, attemptId, madeId: taken.made_id, isFirst: taken.made_id === newId };
    const kept = await em.findOne(IdempotencyKey, { key });
    if (kept && kept.requestHash !== requestHash) {
      throw new Problem(
        'key-reused',
        `The idempotency key "${key}" was used for another request; use a new key.`,
      );
    }
    if (kept?.answer) {
      return { made: { body: kept.answer, headers: kept.headers ?? {} } };
    }
    const seconds = kept ? Math.ceil((kept.heldUntil.getTime() - Date.now()) / 1_000) : 1;
    throw new Problem(
      'still-running',
      `What was sent before under the idempotency key "${key}" is still under way; send it again in a moment.`,
      { headers: { 'Retry-After': `${Math.min(heldSeconds, Math.max(1, seconds))}` } },
    );
  });
}

async function attempt({ make, find }: Making, { madeId, isFirst }: Claim): Promise<Made> {
  if (isFirst) return { ...(await make(madeId)), isReplay: false };
  const found = await find(madeId);
  if (found) return { ...found, isReplay: true };
  try {
    return { ...(await make(madeId)), isReplay: false };
  } catch (error) {
    // the attempt before was slow, not dead, and has made it meanwhile
    const late = await find(madeId).catch(() => null);
    if (late) return { ...late, isReplay: true };
    throw error;
  }
}

/** What was refused made nothing: the key is free again. Of anything else that went wrong nobody knows: look first. */
async function letGo({ db }: Making, claim: Claim, error: unknown): Promise<void> {
  const wasRefused = error instanceof Refusal || (error instanceof Problem && error.status < 500);
  await db.projects((em) =>
    wasRefused
      ? em.nativeDelete(IdempotencyKey, mine(claim))
      : em.nativeUpdate(IdempotencyKey, mine(claim), { heldUntil: new Date(0) }),
  );
}

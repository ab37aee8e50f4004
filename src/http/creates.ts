/** Handles routes that make something, once for each `Idempotency-Key`. */
import { Refusal } from '../engine/refusal.ts';
import { type Made, makeOnce } from './make-once.ts';
import { Problem } from './problem.ts';
import type { Asked, Route } from './route.ts';

export type Created = Made;

type Body = Record<string, unknown>;

/** @param routes among which is the one that shows what is made */
export function createsWith(
  routes: readonly Route[],
  route: Route,
): (asked: Asked<unknown, unknown>) => Promise<Created> {
  const { creates = '', shownOnce = [] } = route;
  const shows = routes.find(({ method, path }) => method === 'get' && path === creates);
  if (!shows) throw new Error(`${route.name} creates what no route shows: there is no GET ${creates}`);
  const ownId = /:(\w+)$/.exec(creates)?.[1] ?? '';
  const hidden = Object.fromEntries(shownOnce.map((field) => [field, null]));
  const withoutSecrets = (body: Body): Body => ({ ...body, ...hidden });

  return async (asked) => {
    const locate = (id: string) =>
      creates.replace(/:(\w+)/g, (_, name) => (name === ownId ? id : asked.id(name)));
    const answered = (id: string, body: Body) => {
      const tag = asked.res.get('ETag');
      return { body, headers: { Location: locate(id), ...(tag === undefined ? {} : { ETag: tag }) } };
    };
    const make = async (newId: string) => answered(newId, (await route.handle({ ...asked, newId })) as Body);
    const find = async (id: string) => {
      const idOf = (name = 'id') => (name === ownId ? id : asked.id(name));
      const query = shows.query?.parse({});
      const shown = await shows.handle({ ...asked, id: idOf, query, body: undefined }).catch(nullIfMissing);
      return shown && answered(id, withoutSecrets(shown as Body));
    };
    const { idempotencyKey: key, newId } = asked;
    if (key === undefined) return { ...(await make(newId)), isReplay: false };
    const { caller, db, query, body } = asked;
    const ids = Object.keys(route.ids ?? {}).map((name) => asked.id(name));
    const request = { route: route.name, ids, query, body };
    return makeOnce({ db, organizationId: caller.organizationId, key, request, make, find, withoutSecrets });
  };
}

function nullIfMissing(error: unknown): null {
  if ((error instanceof Refusal || error instanceof Problem) && error.kind === 'not-found') return null;
  throw error;
}

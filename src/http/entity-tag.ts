import type { Response } from 'express';

/** The version is the entity tag of the answer, for `If-Match` of the next change. */
export function tagged<View extends { version: number }>(res: Response, view: View): View {
  res.set('ETag', `"${view.version}"`);
  return view;
}

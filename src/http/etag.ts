import type { Response } from 'express';

/** The version of what is shown is its entity tag: whoever sends it as `If-Match` overwrites nothing unseen. */
export function tagged<View extends { version: number }>(res: Response, view: View): View {
  res.set('ETag', `"${view.version}"`);
  return view;
}

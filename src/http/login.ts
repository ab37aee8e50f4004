/** Logging a browser in with an API key, and out again. */
import express, { type RequestHandler, type Response, Router } from 'express';
import type { Databases } from '../databases/connect.ts';
import { findOrganizationOf } from '../security/api-keys.ts';
import { reads, setCaller } from './authenticate.ts';
import { FailedLogins } from './failed-logins.ts';
import { html } from './html.ts';
import { sendPage } from './page.ts';
import { Problem } from './problem.ts';
import { fromOurPages, refuseForeignPage } from './same-origin.ts';
import type { Sessions } from './session.ts';

export function loginRoutes(databases: Databases, sessions: Sessions): Router {
  const router = Router();
  const failed = new FailedLogins();

  router.get('/login', async (req, res) => {
    const next = localPath(req.query.next);
    if (await sessions.holderOf(req)) return res.redirect(303, next);
    sendLogin(res, 200, next);
  });

  router.post('/login', fromOurPages, express.urlencoded({ limit: '10kb' }), async (req, res) => {
    const { key, next: asked } = (req.body ?? {}) as { key?: unknown; next?: unknown };
    const next = localPath(asked);
    const address = req.ip ?? '';
    const holder = typeof key === 'string' ? await findOrganizationOf(databases, key.trim()) : null;
    if (!holder) {
      // of wrong keys only: behind a proxy everybody comes from one address
      const pause = failed.pauseOf(address);
      if (pause > 0) {
        res.set('Retry-After', String(pause));
        return sendLogin(res, 429, next, `Too many wrong keys; try again in ${pause} seconds.`);
      }
      failed.note(address);
      return sendLogin(
        res,
        401,
        next,
        'This key is unknown or was revoked. Check that all of it was pasted.',
      );
    }
    if (holder.scopes) {
      const sentence = 'This key has scopes: it is for programs. Log in with one that has none.';
      return sendLogin(res, 403, next, sentence);
    }
    sessions.begin(res, holder.apiKeyId);
    res.redirect(303, next);
  });

  router.post('/logout', fromOurPages, (_req, res) => {
    sessions.end(res);
    res.redirect(303, '/');
  });

  return router;
}

/** Lets logged-in browsers through; others are asked to log in and come back. */
export function requireLogin(sessions: Sessions): RequestHandler {
  return async (req, res, next) => {
    const caller = await sessions.holderOf(req);
    if (caller) {
      if (!reads(req)) refuseForeignPage(req);
      setCaller(res, caller);
      return next();
    }
    if (req.method !== 'GET' || req.accepts(['json', 'html']) !== 'html') {
      throw new Problem('unauthenticated', 'Log in at /login first.');
    }
    res.redirect(302, `/login?next=${encodeURIComponent(req.originalUrl)}`);
  };
}

function sendLogin(res: Response, status: number, next: string, error?: string): void {
  sendPage(res, status, {
    title: 'Log in',
    body: html`<div class="card narrow">
<h1>Log in</h1>
${error ? html`<p class="error" role="alert">${error}</p>` : null}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="key">API key</label>
<input id="key" name="key" type="password" required autofocus autocomplete="current-password" placeholder="gsw_…" spellcheck="false">
<button>Log in</button>
</form>
<p class="quiet">The first key is in the file <code>api-key</code> in the server’s data folder.</p>
</div>`,
  });
}

/** Where to go after logging in: a path of ours, whatever was asked. */
export function localPath(next: unknown): string {
  const ours = 'http://ours.invalid';
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, ours)) return '/';
  const url = new URL(next, ours);
  const local = url.origin === ours && !url.pathname.startsWith('//') && url.pathname !== '/login';
  return local ? url.pathname + url.search : '/';
}

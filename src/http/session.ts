/**
 * Browser sessions without a store: the cookie names the API key that was pasted at login and when the session ends,
 * signed with HMAC-SHA-256. Any process with the same secret accepts it, it survives a restart, and it ends at once
 * when its key is revoked, because each request looks the key up. Logging out forgets the cookie in that browser.
 */
import { createHmac } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import type { Databases } from '../databases/connect.ts';
import { findHolderOf, type KeyHolder } from '../security/api-keys.ts';
import { isSameText } from '../security/is-same-text.ts';

const cookieName = 'gsw_session';
const lifetimeMs = 12 * 3600 * 1000;

export class Sessions {
  readonly #databases: Databases;
  readonly #secret: string;
  readonly #cookie: CookieOptions;

  /** @param https whether the cookie may travel over HTTPS only */
  constructor(databases: Databases, secret: string, https: boolean) {
    this.#databases = databases;
    this.#secret = secret;
    this.#cookie = { httpOnly: true, sameSite: 'strict', secure: https, path: '/' };
  }

  begin(res: Response, apiKeyId: string): void {
    const payload = `${apiKeyId}.${Date.now() + lifetimeMs}`;
    res.cookie(cookieName, `${payload}.${this.#sign(payload)}`, { ...this.#cookie, maxAge: lifetimeMs });
  }

  end(res: Response): void {
    res.clearCookie(cookieName, this.#cookie);
  }

  /** Whose session the request belongs to; null where there is none, it is over, or its key was revoked. */
  async holderOf(req: Request): Promise<KeyHolder | null> {
    const apiKeyId = this.#verify(cookieOf(req) ?? '');
    return apiKeyId ? findHolderOf(this.#databases, apiKeyId) : null;
  }

  #verify(token: string): string | null {
    const [apiKeyId, ends, signature, ...rest] = token.split('.');
    if (!apiKeyId || !ends || !signature || rest.length > 0) return null;
    if (!isSameText(this.#sign(`${apiKeyId}.${ends}`), signature)) return null;
    return Number(ends) > Date.now() ? apiKeyId : null;
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(`session:${payload}`).digest('base64url');
  }
}

function cookieOf(req: Request): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

/** Linear's OAuth token endpoint: access tokens that last a day, and refresh tokens that are good for one use. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

export type SandboxOAuth = {
  clientId: string;
  clientSecret: string;
  /** The refresh token that the first renewal brings. */
  refreshToken: string;
  /** Seconds; a day unless told. */
  accessTokenLife?: number;
};

export class OAuthServer {
  readonly #app: SandboxOAuth | undefined;
  readonly #accessTokens = new Map<string, number>();
  #refreshToken: string;
  /** How often it was asked to renew, and how often it did. */
  readonly counts = { asked: 0, renewed: 0 };

  constructor(app: SandboxOAuth | undefined) {
    this.#app = app;
    this.#refreshToken = app?.refreshToken ?? '';
  }

  /** Whether it gave out this access token and its time is not over. */
  admits(token: string): boolean {
    return (this.#accessTokens.get(token) ?? 0) > Date.now();
  }

  /** Makes every token worthless, as the owner does who takes the authorisation back. */
  revoke(): void {
    this.#accessTokens.clear();
    this.#refreshToken = '';
  }

  /** Answers `POST /oauth/token`, with a form as its body. */
  answer: RequestHandler = (request, response) => {
    const form: Record<string, string> = request.body ?? {};
    this.counts.asked += 1;
    const app = this.#app;
    if (!app || form.client_id !== app.clientId || form.client_secret !== app.clientSecret) {
      response.status(401).json({ error: 'invalid_client' });
    } else if (form.grant_type !== 'refresh_token') {
      response.status(400).json({ error: 'unsupported_grant_type' });
    } else if (this.#refreshToken === '' || form.refresh_token !== this.#refreshToken) {
      response.status(400).json({ error: 'invalid_grant' });
    } else {
      this.counts.renewed += 1;
      const seconds = app.accessTokenLife ?? 24 * 3600;
      const accessToken = `lin_oauth_${randomUUID()}`;
      this.#refreshToken = `lin_refresh_${randomUUID()}`;
      this.#accessTokens.set(accessToken, Date.now() + seconds * 1000);
      response.json({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: seconds,
        scope: 'read write',
        refresh_token: this.#refreshToken,
      });
    }
  };
}

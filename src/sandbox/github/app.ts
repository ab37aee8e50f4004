/** A GitHub App with one installation: its key signs a short token, for which there is an installation token. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { Access } from './access.ts';
import { type Answer, created, notFound, Refusal } from './answers.ts';

export type SandboxApp = {
  appId: string;
  installationId: string;
  /** PEM; of the key pair whose private half the App's owner has. */
  publicKey: string;
  /** How long an installation token is good for, milliseconds; an hour unless told. */
  tokenLifeMs?: number;
};

const leewaySeconds = 60;
const longestSeconds = 600;

/** Answers `POST /app/installations/{installation_id}/access_tokens`. */
export function installationToken(
  app: SandboxApp,
  access: Access,
  authorization: string,
  installation: string,
): Answer {
  checkJwt(app, /^bearer (.+)$/i.exec(authorization)?.[1] ?? '');
  if (installation !== app.installationId) throw notFound();
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const expiresAt = new Date(Date.now() + (app.tokenLifeMs ?? 3600_000));
  access.admit(token, 'sandbox-app[bot]', expiresAt);
  const permissions = { contents: 'write', pull_requests: 'write', metadata: 'read' };
  // GitHub tells whole seconds
  const expires_at = `${expiresAt.toISOString().slice(0, 19)}Z`;
  return created({ token, expires_at, permissions, repository_selection: 'all' });
}

function checkJwt(app: SandboxApp, jwt: string): void {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    createPublicKey(app.publicKey),
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Refusal(401, 'A JSON web token could not be decoded');
  const { iss, iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = Date.now() / 1000;
  if (String(iss) !== app.appId) throw new Refusal(401, 'Integration not found');
  if (iat > now + leewaySeconds || exp < now - leewaySeconds || exp - iat > longestSeconds + leewaySeconds)
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future, or has passed");
}

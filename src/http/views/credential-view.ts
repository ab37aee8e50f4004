/** A credential without its value, as the API shows it. */
import { z } from 'zod';
import { credentialKinds } from '../../../entities/projects/credential.ts';
import { providers } from '../../../entities/providers.ts';
import type { CredentialSummary } from '../../security/vault/store.ts';
import { iso, time, timeOrNull } from '../times.ts';

export const credentialSchema = z
  .object({
    id: z.uuid(),
    provider: z.enum(providers),
    kind: z.enum(credentialKinds),
    name: z.string(),
    lastFour: z.string().nullable().describe('Of its value; null where these would be too much of it.'),
    settings: z.record(z.string(), z.string()).describe('What comes with it and is no secret.'),
    status: z.enum(['active', 'invalid', 'revoked']),
    statusReason: z.string().nullable(),
    statusChangedAt: timeOrNull,
    expiresAt: timeOrNull.describe('Null: not known to expire.'),
    lastUsedAt: timeOrNull,
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Credential' });

export function credentialView({
  masterKeyId: _,
  ...row
}: CredentialSummary): z.input<typeof credentialSchema> {
  const { lastFour = null, statusReason = null } = row;
  return {
    ...row,
    ...{ lastFour, statusReason },
    statusChangedAt: iso(row.statusChangedAt),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    createdAt: row.createdAt.toISOString(),
  };
}

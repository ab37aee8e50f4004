import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { providers } from '../providers.ts';

/** What a secret is good for, by provider. */
export const credentialKinds = [
  'github_app',
  'github_token',
  'github_webhook_secret',
  'linear_key',
  'linear_oauth',
  'linear_webhook_secret',
  'codegen_key',
  'slack_token',
  'slack_signing_secret',
  'notion_token',
  'notion_verification_token',
  'webhook_signing_secret',
] as const;

export type CredentialKind = (typeof credentialKinds)[number];

const schema = defineEntity({
  name: 'Credential',
  tableName: 'credentials',
  properties: {
    ...tenantRow,
    provider: p.enum(providers),
    kind: p.enum(credentialKinds),
    /** What people call it; unique per kind. */
    name: p.string().length(255),
    /** AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). */
    sealedSecret: p.blob(),
    /** The secret's own data key, sealed likewise under the master key. */
    sealedDataKey: p.blob(),
    /** Which master key seals the data key. */
    masterKeyId: p.string().length(100),
    /** The secret's last four characters, to tell credentials apart; null where it is too short to show any. */
    lastFour: p.string().length(4).nullable(),
    /** What is not secret: an app's id, an installation's id, a base URL. */
    settings: p.json<Record<string, string>>().defaultRaw(`'{}'::jsonb`),
    status: p.enum(['active', 'invalid', 'revoked'] as const).default('active'),
    /** Why it is invalid or revoked, in words. */
    statusReason: p.text().nullable(),
    statusChangedAt: p.datetime().nullable(),
    expiresAt: p.datetime().nullable(),
    /** When its expiry was last announced. */
    expiryAnnouncedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    createdBy: p.string().length(255),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [
    {
      name: 'credentials_name_unique',
      properties: ['organizationId', 'kind', 'name'],
      expression: `create unique index credentials_name_unique on credentials (organization_id, kind, name) where status <> 'revoked'`,
    },
  ],
  triggers: [
    audited({ ignore: ['last_used_at', 'expiry_announced_at'], hide: ['sealed_secret', 'sealed_data_key'] }),
  ],
  indexes: [{ properties: ['masterKeyId'] }, { properties: ['organizationId', 'provider', 'status'] }],
});

/** A secret with which we act at a provider for an organisation. The value is decrypted where it is used, nowhere else. */
export class Credential extends schema.class {
  /** Takes another value; whatever was wrong with the earlier one is over. */
  hold(
    sealed: Pick<Credential, 'sealedSecret' | 'sealedDataKey' | 'masterKeyId'>,
    lastFour: string | null,
  ): void {
    Object.assign(this, sealed, { lastFour });
    this.expiryAnnouncedAt = null;
    if (this.status !== 'active') this.become('active', null);
  }

  /** The provider does not take it any more. */
  invalidate(reason: string): void {
    if (this.status === 'active') this.become('invalid', reason);
  }

  /** For good: the value is destroyed. */
  revoke(reason: string): void {
    this.sealedSecret = Buffer.alloc(0);
    this.sealedDataKey = Buffer.alloc(0);
    this.become('revoked', reason);
  }

  private become(status: Credential['status'], reason: string | null): void {
    this.status = status;
    this.statusReason = reason;
    this.statusChangedAt = new Date();
  }
}
schema.setClass(Credential);

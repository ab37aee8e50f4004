import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { tenantRow, timestamps } from '../columns.ts';
import { roles } from './roles.ts';

const schema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    /** SHA-256 of the whole key, hexadecimal. The key itself is shown once and kept nowhere. */
    keyHash: p.string().length(64).unique(),
    /** The key's last four characters, to tell keys apart. */
    lastFour: p.string().length(4),
    /** What may be done with it. */
    role: p.enum(roles).default('viewer'),
    /** Narrows what the role may (src/security/scopes.ts); null: not at all. */
    scopes: p.array().columnType('text[]').nullable().check('cardinality(scopes) > 0'),
    /** When it stops working; null: never. */
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    ...timestamps,
  },
  indexes: [{ properties: ['organizationId'] }],
  triggers: [audited({ ignore: ['last_used_at'], hide: ['key_hash'] })],
});

/** Lets another system, or a person at the command line, act for an organisation. */
export class ApiKey extends schema.class {
  stateAt(time: Date): 'active' | 'expired' | 'revoked' {
    if (this.revokedAt) return 'revoked';
    return this.expiresAt && this.expiresAt <= time ? 'expired' : 'active';
  }

  /** Works no longer than until then. */
  endBy(time: Date): void {
    if (!this.expiresAt || this.expiresAt > time) this.expiresAt = time;
  }
}
schema.setClass(ApiKey);

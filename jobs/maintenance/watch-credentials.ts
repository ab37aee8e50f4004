import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { watchExpiry } from '../../src/security/vault/watch-expiry.ts';

/** Announces credentials that are about to expire, and marks those that have. */
export const watchCredentials = defineMaintenance({
  name: 'watch-credentials',
  every: '1h',
  async run({ databases }) {
    const { announced, expired } = await watchExpiry(databases);
    return `announced ${announced.length} that expire soon, marked ${expired.length} as expired`;
  },
});

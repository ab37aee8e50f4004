import type { Subscription } from '../../../entities/events/subscription.ts';
import { openSecrets, type Vault } from '../../security/vault/store.ts';

/** With what messages to a subscriber are signed: the current secret, and the one before for as long as it counts. */
export async function signingSecrets(
  vault: Pick<Vault, 'databases' | 'keyring'>,
  {
    credentialId,
    earlierCredentialId,
    earlierUntil,
  }: Pick<Subscription, 'credentialId' | 'earlierCredentialId' | 'earlierUntil'>,
): Promise<string[]> {
  const counts = earlierUntil != null && earlierUntil.getTime() > Date.now();
  const secrets = await openSecrets(vault, 'webhook_signing_secret', [
    credentialId,
    counts ? earlierCredentialId : null,
  ]);
  if (secrets.length > 0) return secrets;
  throw new Error('The secret that signs is not in the vault any more; give the subscription another one.');
}

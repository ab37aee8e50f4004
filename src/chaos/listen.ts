/** Has the sandbox's GitHub tell the API what happens there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiUnreachable } from '../cli/api-client.ts';
import type { Laboratory } from './laboratory.ts';

const patienceMs = 60_000;

/** As soon as the API answers. */
export async function listenToGitHub({ apiClient, sandbox }: Laboratory, stop: AbortSignal): Promise<void> {
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(200, undefined, { signal: stop })) {
    try {
      const { id, secret } = await apiClient.sources.create({ name: 'GitHub', provider: 'github' });
      await sandbox.sendWebhooksTo({
        url: `${apiClient.url}/webhooks/github/${id}`,
        secret: String(secret),
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiUnreachable) || Date.now() > giveUpAt) throw error;
    }
  }
}

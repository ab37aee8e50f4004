/** The workflows of a run: small requirements, each for a repository of its own, put in through the API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../cli/api-client.ts';
import type { WorkflowRequest } from '../client/index.ts';
import { seededRandom } from './random.ts';

export const owner = 'chaos';

export type Order = { repository: string; request: WorkflowRequest; idempotencyKey: string };

/** The same for the same seed. */
export function ordersFor(seed: number, workflows: number): Order[] {
  const random = seededRandom(seed ^ 0x5eed);
  return Array.from({ length: workflows }, (_, index) => {
    const number = index + 1;
    const repository = `work-${number}`;
    const steps = random.between(1, 2);
    const items = Array.from(
      { length: steps },
      (_item, step) => `- Add \`notes/${number}-${step + 1}.md\` about matter ${number}.${step + 1}.`,
    );
    return {
      repository,
      idempotencyKey: `chaos-${seed}-${number}`,
      request: {
        repository: `${owner}/${repository}`,
        name: `chaos ${number}`,
        requirements: `# Notes on matter ${number}\n\n${items.join('\n')}\n`,
        options: { autoConfirmPlan: true, autoMerge: true, onValidationFailure: 'fail' },
      },
    };
  });
}

/**
 * Puts a workflow in, again and again until the API says that it has it. The key makes one workflow of all of these
 * requests.
 */
export async function putIn(
  api: ApiClient,
  { request, idempotencyKey }: Order,
  stop: AbortSignal,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return (await api.workflows.enqueue(request, { idempotencyKey })).id;
    } catch (error) {
      if (stop.aborted) throw error;
      // an answer that cannot be mended by asking again would keep us here for ever
      if (tries > 600) throw error;
      await sleep(250);
    }
  }
}

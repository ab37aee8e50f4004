/**
 * The outside world in a process of its own, so that what it costs and what it is asked do not disturb the
 * laboratory's clock. Told what to do over its channel, and ends with it.
 */
import path from 'node:path';
import { startSandbox } from '../sandbox/start.ts';
import type { SandboxAnswer, SandboxOrder, SandboxRequest } from './sandbox-messages.ts';
import { readWorld } from './world.ts';

const plenty = 100_000_000;
const [dataDir = '', agentLatencyMs = '0', ciDelayMs = '0'] = process.argv.slice(2);
const sandbox = await startSandbox({
  dataDir,
  forgetful: true,
  codegen: {
    latencyMs: Number(agentLatencyMs),
    // from the disk, past HTTP: a clone is one process instead of six, and there are some of them per workflow
    gitRemote: { url: path.join(dataDir, 'github'), token: '' },
  },
  // hundreds of workflows would use up an hour's allowance, and then rightly wait for the next
  github: { ciDelayMs: Number(ciDelayMs), hourlyAllowance: plenty },
  linear: { limits: { requests: plenty, complexity: plenty } },
});

async function carryOut(order: SandboxOrder): Promise<unknown> {
  if ('add' in order) {
    const { owner, from } = order;
    for (const name of order.add) {
      await sandbox.github.addRepository({ owner, name, ...(from === undefined ? {} : { from }) });
    }
    return null;
  }
  if ('fault' in order) {
    for (const fault of order.fault) sandbox[order.service].faults.add(fault);
    return null;
  }
  if ('forgive' in order) {
    for (const service of ['github', 'linear', 'codegen'] as const) sandbox[service].faults.clear();
    return null;
  }
  if ('hook' in order) {
    sandbox.github.sendWebhooksTo(order.hook);
    return null;
  }
  if ('redeliver' in order) return sandbox.github.webhooks.redeliver(order.redeliver);
  return readWorld(sandbox);
}

process.on('message', async ({ id, order }: SandboxRequest) => {
  let answer: SandboxAnswer;
  try {
    answer = { id, value: await carryOut(order) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
  }
  if (process.connected) process.send?.(answer);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());
process.send?.({ environment: sandbox.environment });

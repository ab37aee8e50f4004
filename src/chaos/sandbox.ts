/** The laboratory's side of the process in which the outside world runs. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../sandbox/faults.ts';
import type { Hook } from '../sandbox/github/webhooks.ts';
import type { Guardian } from './guardian.ts';
import type { Service } from './kinds.ts';
import type { SandboxAnswer, SandboxOrder, SandboxReady } from './sandbox-messages.ts';
import type { World } from './world.ts';

export type SandboxHandle = {
  /** The settings under which the system works against it. */
  environment: Record<string, string>;
  /** Adds `owner/name` for each name, copied from the repository at `from`; a small library where left out. */
  addRepositories(owner: string, names: string[], from: string | undefined): Promise<void>;
  /** Has a service play these faults, each on the next requests that it fits. */
  play(service: Service, faults: Fault[]): Promise<void>;
  /** Plays nothing any more. */
  forgive(): Promise<void>;
  /** Has GitHub send webhooks there from now on. */
  sendWebhooksTo(hook: Hook): Promise<void>;
  /** Has it send so many of the last ones again, the latest first. */
  redeliver(count: number): Promise<void>;
  world(): Promise<World>;
  close(): Promise<void>;
};

export async function startSandboxProcess(
  options: { dataDir: string; agentLatencyMs: number; ciDelayMs: number; env: NodeJS.ProcessEnv },
  guardian: Guardian,
): Promise<SandboxHandle> {
  const file = fileURLToPath(new URL(`sandbox-process${path.extname(import.meta.url)}`, import.meta.url));
  const child = fork(file, [options.dataDir, String(options.agentLatencyMs), String(options.ciDelayMs)], {
    detached: true,
    env: options.env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // keeps the regular expressions of faults
    serialization: 'advanced',
  });
  if (child.pid !== undefined) guardian.watch(child.pid);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const gone = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const error = new Error(`the sandbox ended (${signal ?? `exit code ${code}`})`);
      for (const { reject: refuse } of waiting.values()) refuse(error);
      reject(error);
    });
  });
  gone.catch(() => undefined);
  const [ready] = (await Promise.race([once(child, 'message'), gone])) as [SandboxReady];

  child.on('message', (answer: SandboxAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.value);
  });
  let last = 0;
  const ask = <T>(order: SandboxOrder): Promise<T> => {
    last += 1;
    const id = last;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id, order });
    });
  };
  return {
    environment: ready.environment,
    addRepositories: (owner, names, from) => ask({ add: names, owner, from }),
    play: (service, fault) => ask({ fault, service }),
    forgive: () => ask({ forgive: true }),
    sendWebhooksTo: (hook) => ask({ hook }),
    redeliver: (count) => ask({ redeliver: count }),
    world: () => ask({ world: true }),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      if (child.pid !== undefined) guardian.forget(child.pid);
    },
  };
}

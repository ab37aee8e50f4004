/** Starts the process that watches over a run, with nothing of our environment but an allow-list. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rightToAct } from '../../engine/right-to-act.ts';
import { claimOf } from '../../process-lock.ts';
import type { RunFiles } from './run-directory.ts';

/** `.ts` in a checkout, `.js` in the built package. */
const extension = path.extname(import.meta.url);
const supervisor = fileURLToPath(new URL(`./command-supervisor${extension}`, import.meta.url));
const allowed = ['PATH', 'HOME', 'LANG', 'TERM', 'TMPDIR', 'SHELL', 'USER'];
const patienceMs = 20_000;

/** Returns once a supervisor has claimed the run; throws where none did within 20 seconds. */
export async function launchSupervisor(files: RunFiles, passEnv: string[]): Promise<void> {
  const env = Object.fromEntries(
    [...allowed, ...passEnv].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  rightToAct()?.check();
  const child = spawn(process.execPath, [supervisor, files.root], {
    cwd: files.root,
    env,
    detached: true,
    stdio: 'ignore',
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new Error(`The agent's supervisor did not start: ${error.message}`)),
    );
  });
  failed.catch(() => undefined);
  child.unref();
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    // Looked at before the claim: ours ends at once where another one has made it.
    const ended = child.exitCode !== null;
    if (await claimOf(files.supervisor)) return;
    if (ended) throw new Error("The agent's supervisor ended before it began.");
    if (Date.now() > giveUpAt) throw new Error("The agent's supervisor did not begin within 20 seconds.");
    await Promise.race([failed, sleep(20)]);
  }
}

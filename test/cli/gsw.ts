/** The real command line as a child process, with nothing of our own environment but the way to programs. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type Ended = { code: number | null; stdout: string; stderr: string };

export type Running = {
  pid: number;
  /** All that it has written so far. */
  output(): string;
  /** The first match of a pattern in its output, as soon as there is one. Throws when it ends without. */
  until(pattern: RegExp, patienceMs?: number): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
};

/** Starts `gsw` with these arguments. */
export function start(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  let isOver = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      resolve({ code, stdout, stderr });
    });
  });
  const output = () => stdout + stderr;
  return {
    pid: child.pid as number,
    output,
    ended,
    kill: (signal) => void child.kill(signal),
    until: async (pattern, patienceMs = 240_000) => {
      for (const giveUpAt = Date.now() + patienceMs; Date.now() < giveUpAt; await sleep(50)) {
        const found = pattern.exec(output());
        if (found) return found;
        if (isOver) break;
      }
      throw new Error(`${pattern} did not come up in:\n${output()}`);
    },
  };
}

/** Runs `gsw` to its end. */
export function gsw(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return start(args, env).ended;
}

/** One sentence for people, and nothing of the inside. */
export const sentence = /^gsw: [^\n]+\.\n$/;

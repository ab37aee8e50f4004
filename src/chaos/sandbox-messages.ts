/** What the laboratory and the process of its sandbox say to each other. */
import type { Fault } from '../sandbox/faults.ts';
import type { Hook } from '../sandbox/github/webhooks.ts';
import type { Service } from './kinds.ts';

export type SandboxOrder =
  /** Repositories of these names, each a copy of the one at `from`, or of a small library. */
  | { add: string[]; owner: string; from: string | undefined }
  | { fault: Fault[]; service: Service }
  /** Faults that are still to be played are forgotten. */
  | { forgive: true }
  /** Webhooks are sent there from now on. */
  | { hook: Hook }
  /** So many of the last webhooks are sent again. */
  | { redeliver: number }
  | { world: true };

export type SandboxRequest = { id: number; order: SandboxOrder };
export type SandboxAnswer = { id: number; value: unknown } | { id: number; error: string };
/** The first message. */
export type SandboxReady = { environment: Record<string, string> };

/** How a command ends when it cannot do what it was asked: one sentence with the mend, and an exit code. */
import { ConfigError } from '../config.ts';
import { BackupError } from '../databases/backup/format.ts';
import { mendOf } from '../databases/embedded-cluster.ts';
import { codeOf, ServerError } from '../databases/server-error.ts';
import { SetupError } from '../databases/statements.ts';
import { reasonOf } from '../engine/errors.ts';
import { Refusal } from '../engine/refusal.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2, waits: 3, later: 4, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Thrown anywhere in the command line. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: ExitCode;

  /** @param message what is wrong and how to mend it, as sentences */
  constructor(message: string, exitCode: ExitCode = exitCodes.failed, options: { cause?: unknown } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Something in what was typed or given has to be mended. */
export const usageFailure = (message: string): CliFailure => new CliFailure(message, exitCodes.usage);

/** Ctrl-C, or a request to end from outside. */
export class Interrupted extends CliFailure {
  constructor() {
    super('Stopped before it was done.', exitCodes.interrupted);
  }
}

/** Errors whose own message says what to mend. */
const spoken = [CliFailure, ConfigError, ServerError, SetupError, BackupError, Refusal];

/** One sentence for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof SetupError && code === '53100') {
    return `${reasonOf(error)}\nThe server's disk is full. Make room there, and run setup again: it goes on from here.`;
  }
  if (code === 'ENOSPC' || code === '53100') {
    return 'The disk is full. Make room, or set DATA_DIR to a folder on another disk.';
  }
  if (spoken.some((kind) => error instanceof kind)) return reasonOf(error);
  if (['EACCES', 'EPERM', 'EROFS'].includes(code ?? '')) return `${reasonOf(error)}: ${mendOf(code ?? '')}`;
  return `${reasonOf(error)}. This is no failure that was thought of; LOG_LEVEL=debug shows where it comes from.`;
}

/** A log file that keeps only the end of what is written to it, so that a talkative agent cannot fill the disk. */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

export type KeptOutput = { write(chunk: Buffer): void; close(): void };

/**
 * The file holds at most `maxBytes` once closed, and at most half as much again while it grows. Writing is
 * synchronous, which slows down the writer at the other end of the pipe instead of filling memory.
 */
export function keepOutput(file: string, maxBytes: number): KeptOutput {
  const descriptor = openSync(file, 'w+', 0o600);
  let size = 0;

  function append(bytes: Buffer): void {
    size += writeSync(descriptor, bytes, 0, bytes.length, size);
  }

  function trim(): void {
    if (size <= maxBytes) return;
    const tail = Buffer.alloc(maxBytes);
    readSync(descriptor, tail, 0, maxBytes, size - maxBytes);
    ftruncateSync(descriptor, 0);
    size = 0;
    append(tail);
  }

  return {
    write(chunk) {
      append(chunk);
      if (size > maxBytes * 1.5) trim();
    },
    close() {
      trim();
      closeSync(descriptor);
    },
  };
}

/** The last `maxBytes` of a file as text, without a character cut in half; empty where there is no such file. */
export function readTail(file: string, maxBytes: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, maxBytes));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return size > maxBytes ? tail.toString('utf8').replace(/^\uFFFD{1,3}/, '') : tail.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

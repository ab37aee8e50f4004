import { exitCodes } from './failure.ts';
import { say } from './output.ts';

/** For a process that can do its work no more: whoever supervises it starts another. What it held is taken up by others. */
export function endProcess(reason: string): void {
  say(`! ${reason} This process ends, to be started anew.`);
  process.exit(exitCodes.failed);
}

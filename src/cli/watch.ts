/** Watches one workflow for a person, and ends with what became of it. */
import type { ApiClient } from './api-client.ts';
import { displayOn } from './display.ts';
import { exitCodes, Interrupted } from './failure.ts';
import { follow, isOver } from './follow.ts';
import { commandName, printJson, say } from './output.ts';
import { stopSignal } from './stop.ts';
import { describeEnd, howToAnswer } from './tell.ts';

export type WatchOptions = { demo?: boolean; json?: boolean; throughGates?: boolean };

/** Sets the exit code: failed where the workflow did not complete, waits where a person is asked. */
export async function watch(api: ApiClient, id: string, options: WatchOptions): Promise<void> {
  const { throughGates = false } = options;
  const watching = { stop: stopSignal(), throughGates };
  const last = await follow(() => api.workflows.get(id), displayOn(process.stderr), watching).catch(
    (error) => {
      if (error instanceof Interrupted) {
        say(`The workflow goes on. See how far it is: ${commandName} status ${id}`);
      }
      throw error;
    },
  );
  if (options.json) printJson(last);
  if (!isOver(last)) {
    say(`It waits on ${last.waitingOn ?? 'a person'}.\n${howToAnswer(last, options)}`);
    process.exitCode = exitCodes.waits;
    return;
  }
  for (const line of describeEnd(last)) say(line);
  if (last.status !== 'completed') process.exitCode = exitCodes.failed;
}

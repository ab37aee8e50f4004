/** Sees to it that a place which has become free, or a workflow that stands in line, is not left until the next pass. */
import type { Engine } from '../engine.ts';
import { sparingly } from '../sparingly.ts';
import { admit } from './admit.ts';

type Admitting = Parameters<typeof admit>[0];
type Doorkeeper = { soon(): void };

/** Least time from the end of a pass of this process to its next, milliseconds: with a line, and without. */
const pauses = { line: 10, noLine: 100 };

const doorkeepers = new WeakMap<Engine['queues'], Doorkeeper>();

/**
 * Asks for a pass of `admit`; several wishes become one, and trouble is left to the next. To be called when what made it
 * necessary is committed.
 */
export function admitSoon(engine: Admitting): void {
  const known = doorkeepers.get(engine.queues) ?? doorkeeper(engine);
  doorkeepers.set(engine.queues, known);
  known.soon();
}

function doorkeeper(engine: Admitting): Doorkeeper {
  const reportTrouble = sparingly((error) => engine.logger.warn({ err: error }, 'could not admit workflows'));
  let isWanted = false;
  let isBusy = false;
  const work = async () => {
    isWanted = false;
    let pause = pauses.noLine;
    try {
      const { lineIsLeft } = await admit(engine);
      if (lineIsLeft) pause = pauses.line;
    } catch (error) {
      reportTrouble(error as Error);
    }
    setTimeout(() => {
      if (isWanted) return void work();
      isBusy = false;
    }, pause).unref();
  };
  return {
    soon() {
      isWanted = true;
      if (isBusy) return;
      isBusy = true;
      void work();
    },
  };
}

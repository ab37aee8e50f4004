/** Sees to it that a place which has become free, or a workflow that stands in line, is not left until the next pass. */
import { standsInLine } from '../../../entities/workflows/workflow-execution.ts';
import type { Statement } from '../../databases/round-trip.ts';
import type { Engine } from '../engine.ts';
import { sparingly } from '../sparingly.ts';
import { admit } from './admit.ts';

type Admitting = Parameters<typeof admit>[0];
type Reason = 'place' | 'line';
type Doorkeeper = { soon(reason: Reason): void };

/** Least time from the end of a pass of this process to its next, milliseconds: with a line, and without. */
const pauses = { line: 10, noLine: 100 };

const doorkeepers = new WeakMap<Engine['queues'], Doorkeeper>();

/** Asks for a pass of `admit`; several wishes become one, and trouble is left to the next. To be called when what made it necessary is committed. */
export const admitSoon = (engine: Admitting): void => doorkeeperOf(engine).soon('line');

/** The same where a place has become free: nobody may wait for it, which is found out by one statement. */
export const placeIsFree = (engine: Admitting): void => doorkeeperOf(engine).soon('place');

function doorkeeperOf(engine: Admitting): Doorkeeper {
  const known = doorkeepers.get(engine.queues) ?? doorkeeper(engine);
  doorkeepers.set(engine.queues, known);
  return known;
}

function doorkeeper(engine: Admitting): Doorkeeper {
  const reportTrouble = sparingly((error) => engine.logger.warn({ err: error }, 'could not admit workflows'));
  let wanted: Reason | null = null;
  let isBusy = false;
  const work = async () => {
    const reason = wanted;
    wanted = null;
    let pause = pauses.noLine;
    try {
      // who puts something in line afterwards asks for a pass himself
      if (reason === 'line' || (await isAnybodyInLine(engine))) {
        const { lineIsLeft } = await admit(engine);
        if (lineIsLeft) pause = pauses.line;
      }
    } catch (error) {
      reportTrouble(error as Error);
    }
    setTimeout(() => {
      if (wanted) return void work();
      isBusy = false;
    }, pause).unref();
  };
  return {
    soon(reason) {
      if (wanted !== 'line') wanted = reason;
      if (isBusy) return;
      isBusy = true;
      void work();
    },
  };
}

const firstInLine: Statement = {
  name: 'first in line',
  text: `select id from workflow_executions where ${standsInLine} limit 1`,
};

async function isAnybodyInLine({ databases }: Admitting): Promise<boolean> {
  const [found] = await databases.maintenance.workflows.inOneTrip([{ statement: firstInLine, values: [] }]);
  return found.length > 0;
}

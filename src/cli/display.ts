/** Live progress: in a terminal a view that is drawn anew, elsewhere a line per change. */
import type { WorkflowView } from '../http/views/workflow-view.ts';
import { boardLines } from './board.ts';
import { ChangeLog } from './change-log.ts';
import { cut, paintFor } from './style.ts';

export type Display = {
  show(view: WorkflowView): void;
  /** A line that stays, such as that a worker died. */
  note(text: string): void;
  end(): void;
};

/** Chooses by what the stream is; some terminals do not tell their size, and dumb ones cannot be drawn on. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  const drawable = stream.isTTY && stream.columns > 20 && stream.rows > 12 && process.env.TERM !== 'dumb';
  return drawable ? liveDisplay(stream) : lineDisplay(stream);
}

function lineDisplay(stream: NodeJS.WriteStream): Display {
  const log = new ChangeLog(paintFor(stream));
  return {
    show: (view) => {
      for (const line of log.changes(view)) stream.write(`${line}\n`);
    },
    note: (text) => void stream.write(`${log.stamped(`! ${text}`)}\n`),
    end: () => undefined,
  };
}

/** Stages and steps in place; between two answers the clocks go on. */
function liveDisplay(stream: NodeJS.WriteStream): Display {
  const paint = paintFor(stream);
  let drawn = 0;
  let latest: WorkflowView | undefined;

  const erase = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!latest) return;
    const lines = boardLines(latest, { paint, now: Date.now() });
    // a terminal scrolls what does not cut, and scrolled lines cannot be drawn anew
    const shown = lines.slice(0, Math.max(1, stream.rows - 1)).map((line) => cut(line, stream.columns - 1));
    erase();
    stream.write(shown.map((line) => `${line}\n`).join(''));
    drawn = shown.length;
  };
  const timer = setInterval(draw, 250).unref();
  return {
    show: (view) => {
      latest = view;
      draw();
    },
    note: (text) => {
      erase();
      stream.write(`${paint('yellow', `! ${text}`)}\n`);
      draw();
    },
    end: () => clearInterval(timer),
  };
}

/**
 * Sees to it that `fetch` sends nothing in the name of a claim that has run out. It is asked twice: when a request is
 * made, and again in the very turn of the event loop in which it goes onto the wire, for a process may be stopped
 * while it connects. What is under way when the claim is lost is cut off.
 */
import { type Dispatcher, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { type RightToAct, rightToAct } from '../engine/right-to-act.ts';

let guarded: Dispatcher | undefined;

/** For this process, for good; repeating it changes nothing. Calls that nobody claims pass as before. */
export function guardFetch(): void {
  if (guarded && getGlobalDispatcher() === guarded) return;
  guarded = getGlobalDispatcher().compose((dispatch) => (options, handler) => {
    const right = rightToAct();
    if (!right) return dispatch(options, handler);
    right.check();
    return dispatch(options, asking(handler, right));
  });
  setGlobalDispatcher(guarded);
}

function asking(handler: Dispatcher.DispatchHandler, right: RightToAct): Dispatcher.DispatchHandler {
  let release = () => {};
  return {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context);
      const cutOff = () => controller.abort(right.signal.reason);
      release = () => right.signal.removeEventListener('abort', cutOff);
      right.signal.addEventListener('abort', cutOff, { once: true });
      try {
        right.check();
      } catch (lost) {
        controller.abort(lost as Error);
      }
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd(...args) {
      release();
      handler.onResponseEnd?.(...args);
    },
    onResponseError(...args) {
      release();
      handler.onResponseError?.(...args);
    },
  };
}

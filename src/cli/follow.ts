/** Watches a workflow until it is over, or until it asks a person. */
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowEnds } from '../../entities/workflows/workflow-states.ts';
import type { WorkflowView } from '../http/views/workflow-view.ts';
import { ApiUnreachable } from './api-client.ts';
import type { Display } from './display.ts';
import { Interrupted } from './failure.ts';

const intervalMs = 400;
/** The API may be restarted under a watcher. */
const unreachablePatienceMs = 120_000;

export type FollowOptions = {
  stop: AbortSignal;
  /** Goes on where a person is asked, until he has answered. */
  throughGates?: boolean;
};

/** The workflow when it was seen last. Throws `Interrupted` where it was stopped; the workflow goes on. */
export async function follow(
  read: () => Promise<WorkflowView>,
  display: Display,
  { stop, throughGates = false }: FollowOptions,
): Promise<WorkflowView> {
  let silentSince: number | undefined;
  try {
    for (;;) {
      if (stop.aborted) throw new Interrupted();
      try {
        const view = await read();
        silentSince = undefined;
        display.show(view);
        if (isOver(view) || (view.signals.gate && !throughGates)) return view;
      } catch (error) {
        if (!(error instanceof ApiUnreachable)) throw error;
        if (silentSince === undefined) display.note(`${error.message} Trying again.`);
        silentSince ??= Date.now();
        if (Date.now() - silentSince > unreachablePatienceMs) throw error;
      }
      await sleep(intervalMs, undefined, { signal: stop }).catch(() => undefined);
    }
  } finally {
    display.end();
  }
}

export const isOver = ({ status }: Pick<WorkflowView, 'status'>): boolean => workflowEnds.includes(status);

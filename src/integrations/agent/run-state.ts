/** What a command-agent run looks like from outside, derived from its directory. */

import { claimOf, isHere } from '../../process-lock.ts';
import { readTail } from './kept-output.ts';
import type { AgentRun } from './port.ts';
import { endTree } from './process-tree.ts';
import { type RunFiles, type RunState, readRequest, readState, writeState } from './run-directory.ts';

/** Null where the run has never had a supervisor: it may be started (again). */
export async function lookAtRun(files: RunFiles): Promise<AgentRun | null> {
  const claim = await claimOf(files.supervisor);
  if (!claim) return null;
  // Read after the look at the supervisor, which writes how the run ended before it ends itself.
  const state = await readState(files);
  if (state && state.state !== 'running') return toAgentRun(files, state);
  if (claim.alive) return toAgentRun(files, state ?? atWork());
  if (isHere(claim.holder)) await endTree({ runId: files.id });
  const abandoned: RunState = {
    ...(state ?? atWork()),
    state: 'failed',
    rawState: 'abandoned',
    error:
      'The process that watched over the agent is gone (a restart of the machine?), and the agent with it.',
    finishedAt: new Date().toISOString(),
  };
  await writeState(files, abandoned);
  return toAgentRun(files, abandoned);
}

const atWork = (): RunState => ({
  state: 'running',
  rawState: 'running',
  error: null,
  startedAt: new Date().toISOString(),
  finishedAt: null,
});

async function toAgentRun(files: RunFiles, { state, rawState, error }: RunState): Promise<AgentRun> {
  const limit = (await readRequest(files))?.maxOutputBytes ?? 0;
  const answer = () => readTail(files.answer, limit) || readTail(files.stdout, limit);
  return {
    id: files.id,
    state,
    rawState,
    result: state === 'completed' ? answer().trim() : null,
    error,
    url: null,
    pullRequests: [],
    usage: null,
  };
}

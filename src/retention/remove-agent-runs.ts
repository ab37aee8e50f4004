/** Removes what command-line agents left behind: folders with checkout, prompt and output, once nobody needs them. */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { workflowEndsSql } from '../../entities/workflows/workflow-states.ts';
import type { Databases } from '../databases/connect.ts';
import { codeOf } from '../databases/server-error.ts';
import { type RunFiles, readRequest, readState, runFiles } from '../integrations/agent/run-directory.ts';
import { keepAgentRunsDays } from './rules.ts';

export const agentRunsFolder = (dataDir: string) => path.join(dataDir, 'agent-runs');

export type KeptRun = {
  files: RunFiles;
  /** The operation that started it; undefined where its making was cut short. */
  runKey: string | undefined;
  /** The run in whose folder it works: follow-ups share one checkout. */
  home: string;
};

/** Every run that has a folder. */
export async function agentRuns(dataDir: string): Promise<KeptRun[]> {
  const runs: KeptRun[] = [];
  for (const id of await listed(agentRunsFolder(dataDir))) {
    if (!/^[0-9a-f]{32}$/.test(id)) continue;
    const files = runFiles(dataDir, id);
    const request = await readRequest(files).catch(() => null);
    runs.push({ files, runKey: request?.runKey, home: request?.worktreeOf ?? id });
  }
  return runs;
}

/** Gives the number of folders removed. Runs of one checkout go together, when the last of them is of no more use. */
export async function removeAgentRuns(
  databases: Databases,
  dataDir: string,
  options: { now?: Date; signal?: AbortSignal } = {},
): Promise<number> {
  const before = (options.now?.getTime() ?? Date.now()) - keepAgentRunsDays * 24 * 3_600_000;
  const runs = await agentRuns(dataDir);
  const needed = await runsOfOpenWorkflows(
    databases,
    runs.flatMap(({ runKey }) => runKey ?? []),
  );
  let removed = 0;
  for (const fellows of Map.groupBy(runs, ({ home }) => home).values()) {
    if (options.signal?.aborted) break;
    const stays = await Promise.all(
      fellows.map(async ({ files, runKey }) =>
        runKey !== undefined && needed.has(runKey) ? true : (await lastUseOf(files)) >= before,
      ),
    );
    if (stays.includes(true)) continue;
    // the home last: what is left after a crash still says where it belongs
    for (const { files } of fellows.toSorted((one) => (one.files.id === one.home ? 1 : -1))) {
      await rm(files.root, { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
}

/** Which of these operations belong to workflows that are not over. */
async function runsOfOpenWorkflows(databases: Databases, keys: string[]): Promise<Set<string>> {
  const ids = keys.filter((key) => /^[0-9a-f-]{36}$/.test(key));
  const rows = await databases.maintenance.workflows((em) =>
    em.execute<{ id: string }[]>(
      `select o.id from codegen_operations o join workflow_executions w on w.id = o.workflow_execution_id
        where o.id = any (?::uuid[]) and w.status not in ${workflowEndsSql}`,
      [`{${ids.join(',')}}`],
    ),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Milliseconds; a run that is at work is in use now. */
async function lastUseOf(files: RunFiles): Promise<number> {
  const state = await readState(files).catch(() => null);
  if (state?.finishedAt) return Date.parse(state.finishedAt);
  // of a supervisor that is gone, nobody will ever write an end: the last sign of life counts
  const { mtimeMs } = await stat(files.state).catch(() => stat(files.root));
  return mtimeMs;
}

async function listed(folder: string): Promise<string[]> {
  return readdir(folder).catch((error) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/** What an organisation has on this machine's disk: folders of agent runs, and copies of its repositories. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from '../databases/connect.ts';
import { lookAtRun } from '../integrations/agent/run-state.ts';
import { agentRuns, type KeptRun } from '../retention/remove-agent-runs.ts';

const stopPatienceMs = 20_000;

/** Removed before the rows that say whose they are. Gives the number of folders. */
export async function eraseFiles(
  databases: Databases,
  dataDir: string,
  organizationId: string,
): Promise<number> {
  let removed = 0;
  for (const run of await runsOf(databases, dataDir, organizationId)) {
    await stop(run);
    await rm(run.files.root, { recursive: true, force: true });
    removed += 1;
  }
  for (const mirror of await mirrorsOf(databases, dataDir, organizationId)) {
    await rm(mirror, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

async function runsOf(databases: Databases, dataDir: string, organizationId: string): Promise<KeptRun[]> {
  const rows = await databases
    .inOrganization(organizationId)
    .workflows((em) => em.execute<{ id: string }[]>('select id from codegen_operations'));
  const theirs = new Set(rows.map(({ id }) => id));
  return (await agentRuns(dataDir)).filter(({ runKey }) => runKey !== undefined && theirs.has(runKey));
}

async function stop({ files }: KeptRun): Promise<void> {
  const giveUpAt = Date.now() + stopPatienceMs;
  while ((await lookAtRun(files).catch(() => null))?.state === 'running') {
    if (Date.now() > giveUpAt) {
      throw new Error(
        `The agent run ${files.id} has not stopped; stop its worker and run the command again.`,
      );
    }
    await writeFile(files.cancel, '');
    await sleep(100);
  }
}

/** A repository that another organisation works on, too, stays: its copy is made again where it is missing. */
async function mirrorsOf(databases: Databases, dataDir: string, organizationId: string): Promise<string[]> {
  const folder = path.join(dataDir, 'mirrors');
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return [];
  const theirs = new Set<string>();
  const others = new Set<string>();
  for (const [database, select] of Object.entries(namedRepositories)) {
    const rows = await databases.maintenance[database as keyof typeof namedRepositories]((em) =>
      em.execute<{ name: string; own: boolean }[]>(select, [organizationId]),
    );
    for (const { name, own } of rows) (own ? theirs : others).add(name);
  }
  return names
    .filter((name) => {
      const repository = name.toLowerCase().replace(/-[0-9a-f]{8}\.git(\..*)?$/, '');
      return theirs.has(repository) && !others.has(repository);
    })
    .map((name) => path.join(folder, name));
}

/** Workflows may have gone by retention: what they worked on is still named elsewhere. */
const namedRepositories = {
  workflows: `select distinct lower(github_owner || '+' || github_repo_name) as name, organization_id = ? as own from workflow_executions`,
  projects: `select distinct lower(owner || '+' || name) as name, organization_id = ? as own from repositories`,
  task: `select distinct lower(github_owner || '+' || github_repo_name) as name, organization_id = ? as own from github_projects`,
};

/** `gsw demo`: a whole outside world on this machine, and one workflow through it. */
import path from 'node:path';
import { readConfig } from '../../config.ts';
import type { WorkflowView } from '../../http/views/workflow-view.ts';
import { type Closers, closing } from '../closers.ts';
import { type Display, displayOn } from '../display.ts';
import { CliFailure, exitCodes, Interrupted } from '../failure.ts';
import { follow, isOver } from '../follow.ts';
import { commandName, demoName, print, say } from '../output.ts';
import { checkDataDir, checkGit, checkGitServer, checkRedis, isPortFree, sandboxGit } from '../preflight.ts';
import { readRequirements } from '../read-text.ts';
import { aborted, stopSignal } from '../stop.ts';
import { paintFor, spaced } from '../style.ts';
import { describeEnd, howToAnswer } from '../tell.ts';
import { alone, chooseDemoPlace } from './place.ts';
import { projectFolder, sourceOf } from './repository.ts';
import { readOutcome, summaryLines } from './summary.ts';
import { openWorld, type World } from './world.ts';

export type DemoOptions = { repo?: string; keep?: boolean; requirement?: string; port?: number };

const paint = paintFor(process.stdout);

export async function demo(options: DemoOptions): Promise<void> {
  const config = readConfig();
  const file = options.requirement ?? path.join(projectFolder, 'examples', 'requirement.md');
  const requirements = await readRequirements(file);
  const source = await sourceOf(options.repo);
  await checkGit(sandboxGit);
  await checkGitServer();
  await checkRedis(config.queue.redisUrl);
  const port = await choosePort(options.port, config.http);
  const { directory, note } = await chooseDemoPlace(config.dataDir);
  await checkDataDir(directory, { server: true });

  const stop = stopSignal(() => say('\nStopping everything. Ctrl-C again stops at once.'));
  const running = alone(directory, () =>
    closing(async (closers) => {
      print(
        `${paint('bold', 'gsw demo')}: one requirement on its way to merged code, all of it on this machine.\n`,
      );
      if (note) say(`! ${note}\n`);
      let display: Display | undefined;
      const world = await openWorld(
        {
          directory,
          port,
          source,
          stop,
          tell: (label, text) => print(`${paint('green', '✓')} ${label.padEnd(14)} ${text}`),
          onNote: (text) => (display ? display.note(text) : say(`! ${text}`)),
        },
        closers,
      );
      display = displayOn(process.stdout);
      await carryOut(world, { requirements, file, display, stop, closers, keep: options.keep ?? false });
    }),
  );
  await running.catch((error) => {
    if (error instanceof Interrupted) say('Stopped. The next run finishes what was begun.');
    throw error;
  });
  if (options.keep) say(`Stopped. What was made stays in ${directory}, and the next run goes on from there.`);
}

type Performance = {
  requirements: string;
  file: string;
  display: Display;
  stop: AbortSignal;
  closers: Closers;
  keep: boolean;
};

async function carryOut(world: World, performance: Performance): Promise<void> {
  const { api, repository } = world;
  const { requirements, file, display, stop, keep } = performance;
  const unfinished = (await api.workflows.page()).items.filter(({ status }) =>
    ['queued', 'running'].includes(status),
  );
  for (const { repository: name, currentStage } of unfinished) {
    print(
      `↻ An earlier run on ${name} was stopped at ${spaced(currentStage)}; the worker finishes it as well.`,
    );
  }
  const { id } = await api.workflows.enqueue({
    repository: `${repository.owner}/${repository.name}`,
    requirements,
    options: { autoConfirmPlan: true, autoMerge: true, onValidationFailure: keep ? 'wait' : 'fail' },
  });
  print(`✓ ${'Requirement'.padEnd(14)} ${file}\n\nWorkflow ${id} begins. Its eight stages:\n`);
  const given = new AbortController();
  const watching = follow(() => api.workflows.get(id), display, {
    stop: AbortSignal.any([stop, given.signal]),
    throughGates: keep,
  });
  const last = await Promise.race([watching, world.worker.failed]).finally(() => given.abort());
  await tellEnd(world, last);
  if (!keep) return tellNext();
  tellWhereToLook(world, id);
  await aborted(stop);
}

async function tellEnd({ sandbox, repository }: World, view: WorkflowView): Promise<void> {
  if (view.status === 'completed') {
    const outcome = await readOutcome(view, sandbox, repository);
    for (const line of summaryLines(view, outcome, repository, paint)) print(line);
    if (outcome.duplicates.length > 0) process.exitCode = exitCodes.failed;
    return;
  }
  print('');
  for (const line of describeEnd(view)) say(line);
  if (!isOver(view)) say(`It waits on ${view.waitingOn}.\n${howToAnswer(view, { demo: true })}`);
  process.exitCode = isOver(view) ? exitCodes.failed : exitCodes.waits;
}

function tellNext(): void {
  print(`
Look around      ${demoName} --keep    leaves the queues, the API and Linear's issues running
Your own         ${demoName} --repo PATH --requirement FILE
For real         see “For real” in README.md`);
}

function tellWhereToLook({ api, sandbox }: World, id: string): void {
  print(`
Everything goes on running until Ctrl-C:

Queues           ${api.url}/queues    log in with the key that this prints:
                 ${commandName} key --demo
Workflows        ${api.url}/    (the same key)
Linear's issues  ${sandbox.linear.webUrl}
This workflow    ${commandName} status ${id} --demo
Another one      ${commandName} run ${sandbox.github.repositories().at(-1)} -f FILE --wait --demo`);
}

async function choosePort(given: number | undefined, { host, port }: { host: string; port: number }) {
  if (given === undefined) return (await isPortFree(port, host)) ? port : 0;
  if (given === 0 || (await isPortFree(given, host))) return given;
  throw new CliFailure(
    `Port ${given} is taken by another process, or not ours to open. Give --port another one, or leave it out for a free one.`,
  );
}

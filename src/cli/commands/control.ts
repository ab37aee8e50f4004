/** `pause`, `resume`, `retry`, `rerun` and `retry-step`: the workflow is told to hold, to go on, or to do something again. */
import { Command } from 'commander';
import type { SignalRequest } from '../../client/index.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { readRequirements } from '../read-text.ts';
import { told } from '../told.ts';

export type SignalOptions = ApiOptions & { reason?: string; idempotencyKey?: string; json?: boolean };

/** The options that every signal has. */
export function signalCommand(name: string, description: string): Command {
  return withApi(new Command(name))
    .description(description)
    .argument('<id>', 'the workflow')
    .option('--reason <text>', 'why; it is kept')
    .option('--idempotency-key <key>', 'the same key counts once, however often it is sent')
    .option('--json', 'what was recorded, as JSON');
}

export async function sendAndTell(id: string, signal: SignalRequest, options: SignalOptions): Promise<void> {
  const { reason, idempotencyKey, json } = options;
  const api = await findApi(options);
  told(
    await api.workflows.signal(
      id,
      { ...signal, ...(reason === undefined ? {} : { reason }) },
      { idempotencyKey },
    ),
    json,
  );
}

const plain = (type: 'pause' | 'resume' | 'retry', description: string): Command =>
  signalCommand(type, description).action((id: string, options: SignalOptions) =>
    sendAndTell(id, { type }, options),
  );

type RerunOptions = SignalOptions & { from: string; anew?: boolean; file?: string };

const rerun = (): Command =>
  signalCommand(
    'rerun',
    'run a workflow again from a stage on; what it did stays as long as it is still right',
  )
    .requiredOption('--from <stage>', 'such as task_execution')
    .option('--anew', 'have agents answer anew in that stage, even where they would be told the same')
    .option('-f, --file <file>', 'other requirements, in Markdown; - reads standard input')
    .action(async (id: string, { from, anew, file, ...options }: RerunOptions) => {
      const text = file === undefined ? {} : { text: await readRequirements(file) };
      const stage = from.replaceAll('-', '_');
      await sendAndTell(id, { type: 'rerun', from: stage, ...(anew ? { anew } : {}), ...text }, options);
    });

const retryStep = (): Command =>
  signalCommand(
    'retry-step',
    'have one step done again with another prompt, on the same branch and pull request',
  )
    .argument('<step>', 'its number, or its id')
    .requiredOption('-f, --file <file>', 'what the agent is told; - reads standard input')
    .action(async (id: string, step: string, { file, ...options }: SignalOptions & { file: string }) => {
      const prompt = await readRequirements(file);
      const which = /^\d+$/.test(step) ? Number(step) : step;
      await sendAndTell(id, { type: 'retry_step', step: which, prompt }, options);
    });

export function controlCommands(): Command[] {
  return [
    plain('pause', 'begin nothing new until it is resumed; what is under way comes to its end'),
    plain('resume', 'go on after a pause'),
    plain('retry', 'try the failed stage again'),
    rerun(),
    retryStep(),
  ];
}

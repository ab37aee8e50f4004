import { type Command, Option } from 'commander';
import { type CancelPolicy, gentlePolicy } from '../../engine/control/take-back.ts';
import type { CancellationPreview } from '../../http/cancellation-preview.ts';
import { findApi } from '../find-api.ts';
import { print, printJson } from '../output.ts';
import { type SignalOptions, sendAndTell, signalCommand } from './control.ts';

type CancelOptions = SignalOptions & Partial<CancelPolicy> & { preview?: boolean };

/** Ends a workflow and takes back what it left, or shows what that would be. */
export function cancelCommand(): Command {
  return signalCommand('cancel', 'end a workflow: agents are stopped, and what it left is taken back')
    .option('--preview', 'only show what would be touched')
    .addOption(choice('--pull-requests <what>', ['keep', 'close'], gentlePolicy.pullRequests))
    .addOption(choice('--branches <what>', ['keep', 'delete'], gentlePolicy.branches))
    .addOption(choice('--issues <what>', ['keep', 'close', 'delete'], gentlePolicy.issues))
    .action(async (id: string, { preview, pullRequests, branches, issues, ...options }: CancelOptions) => {
      const policy = {
        ...(pullRequests ? { pullRequests } : {}),
        ...(branches ? { branches } : {}),
        ...(issues ? { issues } : {}),
      };
      if (!preview) return sendAndTell(id, { type: 'cancel', ...policy }, options);
      const seen = await (await findApi(options)).workflows.cancellation(id, policy);
      if (options.json) return printJson(seen);
      for (const line of previewLines(seen)) print(line);
    });
}

const choice = (flags: string, choices: string[], standard: string): Option =>
  new Option(flags, `what becomes of those that it left (${standard})`).choices(choices);

const kinds = { 'agent-run': 'agent run', 'pull-request': 'pull request', branch: 'branch', issue: 'issue' };

function previewLines({ touches, underWay }: CancellationPreview): string[] {
  const lines = touches.map(({ kind, name, action, because, url }) => {
    const verb = kind === 'agent-run' ? 'stop' : action;
    return [`${verb.padEnd(7)}${kinds[kind]} ${name}`, url ?? '', because ? `(${because})` : '']
      .filter(Boolean)
      .join('  ');
  });
  const calls = underWay.map(({ operation }) => `settle ${operation}, which is under way`);
  return lines.length + calls.length > 0 ? [...calls, ...lines] : ['Nothing would be touched.'];
}

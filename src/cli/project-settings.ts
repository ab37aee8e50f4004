/** How the workflows of a project behave, as options. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ProjectSettingsChange } from '../client/index.ts';
import { type Duration, milliseconds } from '../engine/duration.ts';
import { usageFailure } from './failure.ts';
import { wholeNumber } from './listing.ts';

type Switch = 'on' | 'off';

export type SettingOptions = {
  autoConfirmPlan?: Switch;
  autoMerge?: Switch;
  selfApproval?: Switch;
  onValidationFailure?: 'wait' | 'fail';
  maxParallelSteps?: number;
  approver?: string[];
  anybody?: boolean;
  approvalDeadline?: number | 'none';
  budget?: Record<string, number | string | null>;
};

const onOff = (name: string, description: string) =>
  new Option(`--${name} <on|off>`, description).choices(['on', 'off']);

const gathered = (value: string, before: string[] = []): string[] => [...before, value];

export function withSettings(command: Command): Command {
  return command
    .addOption(onOff('auto-confirm-plan', 'go on without waiting for approval of the plan'))
    .addOption(onOff('auto-merge', 'merge without waiting for approval'))
    .addOption(onOff('self-approval', 'whether who put a workflow in may approve it'))
    .addOption(
      new Option('--on-validation-failure <what>', 'when a pull request never passes').choices([
        'wait',
        'fail',
      ]),
    )
    .option('--max-parallel-steps <number>', 'of one workflow, 1 to 50', wholeNumber)
    .option('--approver <key>', 'who may approve, by the name of the key; may be repeated', gathered)
    .option('--anybody', 'anybody may approve')
    .option(
      '--approval-deadline <duration>',
      'how long an answer is waited for, such as 2d; "none"',
      deadline,
    )
    .option(
      '--budget <name=limit>',
      'what a workflow may spend, such as money=20 or wallClock=8h; "none" takes a limit away; may be repeated',
      limitIn,
    );
}

function deadline(value: string): number | 'none' {
  if (value === 'none') return value;
  if (/^[1-9]\d{0,6}[smhd]$/.test(value)) return milliseconds(value as Duration);
  throw new InvalidArgumentError('It should be a duration such as 90m, 6h or 2d, or "none".');
}

function limitIn(value: string, before: Record<string, number | string | null> = {}) {
  const [, name, limit] = /^(\w+)=(.+)$/.exec(value) ?? [];
  if (name === undefined || limit === undefined) {
    throw new InvalidArgumentError('It should be a name and a limit, such as money=20.');
  }
  const number = Number(limit);
  return { ...before, [name]: limit === 'none' ? null : Number.isNaN(number) ? limit : number };
}

/** Nothing but what was said. Throws a usage failure where that is nothing. */
export function settingsOf(options: SettingOptions): ProjectSettingsChange {
  const { onValidationFailure, maxParallelSteps, approver, anybody, approvalDeadline, budget } = options;
  const switched = (['autoConfirmPlan', 'autoMerge', 'selfApproval'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name] === 'on']],
  );
  const change: ProjectSettingsChange = {
    ...Object.fromEntries(switched),
    ...(onValidationFailure ? { onValidationFailure } : {}),
    ...(maxParallelSteps ? { maxParallelSteps } : {}),
    ...(anybody ? { approvers: [] } : approver ? { approvers: approver } : {}),
    ...(approvalDeadline === undefined
      ? {}
      : { approvalDeadlineMs: approvalDeadline === 'none' ? null : approvalDeadline }),
    ...(budget ? { budget } : {}),
  };
  if (Object.keys(change).length > 0) return change;
  throw usageFailure('Say what to set, such as --auto-merge on; see --help.');
}

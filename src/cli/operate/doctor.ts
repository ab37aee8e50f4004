/** `gsw doctor`: everything that this installation stands on, looked at; what is amiss with its mend. */
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { exitCodes } from '../failure.ts';
import { print, printJson, say } from '../output.ts';
import { count, type Paint, paintFor, type Tone } from '../style.ts';

const marks: Record<Finding['state'], { sign: string; tone: Tone }> = {
  ok: { sign: '✓', tone: 'green' },
  warning: { sign: '!', tone: 'yellow' },
  failed: { sign: '✗', tone: 'red' },
};

export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const paint = paintFor(process.stdout);
  const found: Finding[] = [];
  for await (const finding of examine()) {
    found.push(finding);
    if (!json) for (const line of findingLines(finding, paint)) print(line);
  }
  if (json) printJson(found);
  const of = (state: Finding['state']) => found.filter((finding) => finding.state === state).length;
  if (of('failed') > 0) process.exitCode = exitCodes.failed;
  if (json) return;
  const warnings = of('warning') > 0 ? `, ${count(of('warning'), 'warning')}` : '';
  say(of('failed') > 0 ? `${count(of('failed'), 'fault')}${warnings}.` : `All is well${warnings}.`);
}

function findingLines({ check, state, what, mend }: Finding, paint: Paint): string[] {
  const { sign, tone } = marks[state];
  const indent = ' '.repeat(16);
  const [first = '', ...more] = what.split('\n');
  return [
    `${paint(tone, sign)} ${check.padEnd(13)} ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(mend === undefined ? [] : mend.split('\n').map((line) => `${indent}${paint('dim', `→ ${line}`)}`)),
  ];
}

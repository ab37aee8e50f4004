/** The demo's reviewer: judges the diff between two branches by whether it is there and touches what was named. */
import { namedFiles, tag, tagLines } from './prompt-tags.ts';
import type { AgentTask } from './scripted-agent.ts';

export type DemoVerdict = {
  /** 0 to 100. */
  score: number;
  summary: string;
  criteria: { criterion: string; met: boolean; note: string }[];
  findings: { severity: 'error' | 'warning' | 'info'; message: string; file?: string; line?: number }[];
};

export async function reviewBranch({ prompt, branch, clone }: AgentTask): Promise<DemoVerdict> {
  const checkout = await clone();
  const base = tag(prompt, 'base') ?? 'HEAD';
  const reviewed = tag(prompt, 'branch') ?? branch ?? 'HEAD';
  const range = `${await resolve(base)}...${await resolve(reviewed)}`;
  const changed = (await checkout.git('diff', '--name-only', range)).split('\n').filter(Boolean);
  const expected = namedFiles(prompt);
  const missing = expected.filter((file) => !changed.includes(file));
  const isGood = changed.length > 0 && missing.length === 0;
  const findings: DemoVerdict['findings'] = missing.map((file) => ({
    severity: 'error',
    message: `The change does not touch ${file}.`,
    file,
  }));
  if (changed.length === 0) findings.unshift({ severity: 'error', message: 'The branch changes nothing.' });
  if (isGood) findings.push({ severity: 'info', message: `Changes ${changed.join(', ')}.` });
  return {
    score: isGood ? 92 : changed.length > 0 ? 45 : 10,
    summary: isGood ? `The change touches all that was asked for.` : 'The change is not complete.',
    criteria: tagLines(prompt, 'criteria').map((criterion) => ({
      criterion,
      met: isGood,
      note: isGood ? `See ${changed[0]}.` : 'Not to be seen in the diff.',
    })),
    findings,
  };

  /** Commit of a branch on the remote, or of a sha. */
  async function resolve(name: string): Promise<string> {
    const remote = checkout.git('rev-parse', '--verify', '--quiet', `refs/remotes/origin/${name}^{commit}`);
    return remote.catch(() => checkout.git('rev-parse', '--verify', `${name}^{commit}`));
  }
}

/** The agent of the demo: plans from the requirement's list, writes real files, reviews real diffs, mends and merges. */
import { appendSection, writeStepFile } from './demo-files.ts';
import { type DemoPlan, planFrom } from './demo-plan.ts';
import { reviewBranch } from './demo-review.ts';
import { mergedSteps, namedFiles, tag, tagLines } from './prompt-tags.ts';
import type { AgentAnswer, AgentScript, AgentTask } from './scripted-agent.ts';

export const demoScript: AgentScript = async (task) => {
  switch (task.kind) {
    case 'decompose':
      return { result: JSON.stringify(plan(task.prompt), null, 2) };
    case 'step':
      return carryOutStep(task);
    case 'review':
      return { result: JSON.stringify(await reviewBranch(task), null, 2) };
    case 'repair': {
      const other = tag(task.prompt, 'merge');
      return other ? mergeBranch(task, other) : repair(task);
    }
    case 'other':
      return { result: 'Nothing to do.' };
  }
};

/** The requirement's list, without what the prompt says is merged. */
function plan(prompt: string): DemoPlan {
  return planFrom(tag(prompt, 'requirement') ?? prompt, mergedSteps(prompt));
}

async function carryOutStep({ prompt, clone }: AgentTask): Promise<AgentAnswer> {
  const checkout = await clone();
  const name = tag(prompt, 'step') ?? firstHeading(prompt) ?? 'Carry out the step';
  const criteria = tagLines(prompt, 'criteria');
  const files = namedFiles(prompt);
  if (files.length === 0) files.push(`docs/${slug(name)}.md`);
  for (const file of files) await writeStepFile(checkout, file, { name, criteria });
  await checkout.commit(name);
  await checkout.push();
  return { result: `Wrote ${files.join(', ')}.`, summary: name };
}

async function repair({ prompt, clone, turn }: AgentTask): Promise<AgentAnswer> {
  const checkout = await clone();
  const named = namedFiles(prompt);
  const touched = await checkout.git('show', '--name-only', '--format=', 'HEAD');
  const files = named.length > 0 ? named : touched.split('\n').filter(Boolean).slice(0, 1);
  const file = files[0] ?? 'docs/fixes.md';
  const name = tag(prompt, 'step') ?? 'the step';
  await appendSection(checkout, file, `Fix ${turn} of ${name}`, tagLines(prompt, 'findings'));
  await checkout.commit(`Fix ${name}`);
  await checkout.push();
  return { result: `Mended ${file}.` };
}

/** Takes both sides of every conflict. */
async function mergeBranch({ clone }: AgentTask, other: string): Promise<AgentAnswer> {
  const checkout = await clone();
  const message = `Merge ${other}`;
  try {
    await checkout.git('-c', 'merge.default=union', 'merge', '--no-edit', '-m', message, `origin/${other}`);
  } catch (error) {
    const began = await checkout.git('rev-parse', '--verify', '--quiet', 'MERGE_HEAD').catch(() => null);
    if (began === null) throw error;
    // What union cannot join (one side deleted the file, binary content) stays as it lies in the worktree.
    await checkout.commit(message);
  }
  await checkout.push();
  return { result: `Merged ${other}, both sides taken.` };
}

const firstHeading = (prompt: string) => /^#+\s+(.+)$/m.exec(prompt)?.[1]?.trim();

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

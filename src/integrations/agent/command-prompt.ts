/** What a command agent is told besides its task, and what is made of the task for the commit. */
import { readFile } from 'node:fs/promises';
import type { AgentRequest } from './port.ts';

/** The prompt as handed to the command. */
export function commandPrompt({ prompt, workspace }: AgentRequest, isFollowUp: boolean): string {
  const lines: string[] = [];
  if (workspace) {
    const { repository, branch } = workspace;
    lines.push(
      `Repository: ${repository.owner}/${repository.name}`,
      `Branch: ${branch}`,
      '',
      'The current directory is a checkout of that branch. Commit your work there; it is pushed for you.',
      'Do not push, do not change the branch, and do not open a pull request.',
      'Where the task is only a question, change nothing.',
    );
  }
  if (isFollowUp) {
    lines.push(
      'This continues earlier work in this same directory. The earlier task and its answer are the files `prompt.md`',
      'and `answer.md` (or `stdout.log`) in the directory named by the environment variable GSW_PREVIOUS_RUN.',
    );
  }
  return lines.length > 0 ? `${lines.join('\n')}\n\n---\n\n${prompt}\n` : `${prompt}\n`;
}

/** The step's name (`<step>…</step>`) where the prompt has one, else its first line of words; 72 characters at most. */
export async function commitMessage(promptFile: string): Promise<string> {
  const whole = await readFile(promptFile, 'utf8');
  const task = whole.slice(whole.indexOf('\n---\n\n') + 1);
  const named = /<step>\s*([^<\n]+?)\s*<\/step>/.exec(task)?.[1];
  const first = task
    .replace(/<!--[\s\S]*?-->/g, '')
    .split('\n')
    .map((line) => line.replace(/^[#>*\-\s]+/, '').trim())
    .find((line) => line !== '' && !/^<\/?\w+>$/.test(line));
  const message = named ?? first ?? 'Work of the coding agent';
  return message.length > 72 ? `${message.slice(0, 71).trimEnd()}…` : message;
}

/** What a Codegen agent is told besides its task: which run this is, and where its commits go. */
import type { AgentRequest } from './port.ts';

/** The prompt as sent. The two lines `Repository:` and `Branch:` are also read by the local Codegen sandbox. */
export function codegenPrompt({ runKey, prompt, workspace }: AgentRequest): string {
  const marker = `<!-- gsw-run: ${runKey} -->`;
  if (!workspace) return `${marker}\n${prompt}`;
  const { repository, branch } = workspace;
  return [
    marker,
    `Repository: ${repository.owner}/${repository.name}`,
    `Branch: ${branch}`,
    '',
    `The branch \`${branch}\` exists on the remote. Check it out, commit your work to it and push it to that same`,
    'branch. Do not create another branch, do not force-push, and do not open a pull request: that is done for you.',
    'Where the task is only a question, change nothing.',
    '',
    prompt,
  ].join('\n');
}

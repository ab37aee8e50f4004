/**
 * Comments that give a command to a workflow: on its pull requests, and on its issues. As by webhook, what was written
 * later into a comment that was there counts for nothing: others than its author may have done so.
 */
import { commandIn, commandWord } from '../comment-command.ts';
import type { Question } from './question.ts';

const givesCommand = ({ isEdited, body }: { isEdited: boolean; body: string }) =>
  !isEdited && commandIn(body) !== null;

export const commandsAtGitHub: Question = async function* ({ services, workflows, since, ifSeen }) {
  const repositories = new Map(
    workflows.map(({ repository }) => [`${repository.owner}/${repository.name}`, repository]),
  );
  for (const [fullName, repository] of repositories) {
    const comments = await ifSeen(() => services.github.listComments(repository, since));
    for (const comment of comments ?? []) {
      if (!givesCommand(comment)) continue;
      const { number, isOfPullRequest, author, association, url, writtenAt } = comment;
      yield {
        headers: {
          'x-github-event': 'issue_comment',
          'x-github-delivery': `asked/${fullName}/comments/${comment.id}`,
        },
        body: {
          action: 'created',
          repository: { full_name: fullName },
          issue: { number, ...(isOfPullRequest ? { pull_request: {} } : {}) },
          comment: {
            id: Number(comment.id),
            body: comment.body,
            html_url: url,
            author_association: association,
            updated_at: writtenAt.toISOString(),
          },
          sender: author,
        },
      };
    }
  }
};

export const commandsAtLinear: Question = async function* ({ services, workflows, since }) {
  if (workflows.length === 0) return;
  for (const comment of await services.linear.listComments({ containing: commandWord, since })) {
    if (!givesCommand(comment)) continue;
    const { id, body, issue, author, url, writtenAt } = comment;
    yield {
      headers: { 'linear-delivery': `asked/comments/${id}` },
      body: {
        type: 'Comment',
        action: 'create',
        createdAt: writtenAt.toISOString(),
        data: { id, body, issue, issueId: issue.id },
        actor: author,
        url,
      },
    };
  }
};

import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import { isRefusal } from './failures.ts';
import type { Comment, GitHub } from './port.ts';
import { addressOf } from './repository-calls.ts';

type IssueComment = RestEndpointMethodTypes['issues']['listComments']['response']['data'][number];

/** Comments of issues and pull requests, known again by a hidden marker in their text. */
export function commentCalls({
  rest,
  paginate,
}: Octokit): Pick<GitHub, 'findComment' | 'listComments' | 'createComment'> {
  /** Whether a comment is the token's own; nobody else may stand in for us by copying a marker. */
  const ownership = async (): Promise<(comment: IssueComment) => boolean> => {
    try {
      const { data: self } = await rest.users.getAuthenticated();
      return (comment) => comment.user?.id === self.id;
    } catch (error) {
      if (!isRefusal(error, 403)) throw error;
      // The token of an App installation may not ask who it is, but all it writes is a bot's.
      return (comment) => comment.user?.type === 'Bot';
    }
  };

  return {
    async findComment(repo, number, marker) {
      const comments = await paginate(rest.issues.listComments, {
        ...addressOf(repo),
        issue_number: number,
        per_page: 100,
      });
      const marked = comments.filter((comment) => comment.body?.includes(marker));
      if (marked.length === 0) return null;
      const own = marked.find(await ownership());
      return own ? toComment(own) : null;
    },

    async listComments(repo, since) {
      const comments = await paginate(rest.issues.listCommentsForRepo, {
        ...addressOf(repo),
        since: since.toISOString(),
        sort: 'updated',
        direction: 'asc',
        per_page: 100,
      });
      return comments.map((comment) => ({
        ...toComment(comment),
        number: Number(comment.issue_url.split('/').at(-1)),
        isOfPullRequest: new URL(comment.html_url).pathname.split('/').at(-2) === 'pull',
        author: comment.user && { id: comment.user.id, login: comment.user.login },
        association: comment.author_association ?? 'NONE',
        writtenAt: new Date(comment.created_at),
        isEdited: comment.updated_at !== comment.created_at,
      }));
    },

    async createComment(repo, number, body) {
      const { data } = await rest.issues.createComment({ ...addressOf(repo), issue_number: number, body });
      return toComment(data);
    },
  };
}

function toComment(comment: IssueComment): Comment {
  return { id: String(comment.id), url: comment.html_url, body: comment.body ?? '' };
}

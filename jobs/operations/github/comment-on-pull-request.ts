import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { markerOf } from '../../../src/events/comment-command.ts';
import { repositoryName } from '../workspace.ts';

/** Comments once: a hidden marker in the text tells whether the comment is there already. */
export const commentOnPullRequest = defineOperation({
  service: 'github',
  name: 'comment-on-pull-request',
  input: z.object({ repository: repositoryName, number: z.int().positive(), body: z.string() }),
  output: z.object({ id: z.string(), url: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  async find({ repository, number, body }, { github, id, earlier }) {
    for (const one of [id, ...earlier]) {
      const comment = await github.findComment(repository, number, markerOf(one));
      // what an earlier attempt said stands, unless it is another thing that is to be said now
      if (comment && (one === id || comment.body.startsWith(body))) return comment;
    }
    return null;
  },
  run: ({ repository, number, body }, { github, id }) =>
    github.createComment(repository, number, `${body}\n\n${markerOf(id)}`),
});

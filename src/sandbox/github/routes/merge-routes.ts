import { created, noContent, Refusal, text } from '../answers.ts';
import { commitJson } from '../json/commit-json.ts';
import type { Routes } from './call.ts';

/** Merging one branch or commit into a branch, without a pull request. */
export const mergeRoutes: Routes = {
  'POST /merges': async ({ request, origin, repository }) => {
    const { git, record } = repository;
    const base = text(request, 'base') ?? '';
    const head = text(request, 'head') ?? '';
    const baseSha = (await git.branches()).get(base);
    if (!baseSha) throw new Refusal(404, 'Base does not exist');
    const headSha = await git.resolve(head);
    if (!headSha) throw new Refusal(404, 'Head does not exist');
    if (await git.isAncestor(headSha, baseSha)) return noContent;
    const tree = await git.mergeTree(baseSha, headSha);
    if (!tree) throw new Refusal(409, 'Merge conflict');
    const message = text(request, 'commit_message') ?? `Merge ${head} into ${base}`;
    const sha = await git.commitTree(tree, [baseSha, headSha], message);
    if (!(await git.updateRef(`refs/heads/${base}`, sha, baseSha))) {
      throw new Refusal(409, 'Base branch was modified. Review and try the merge again.');
    }
    return created(commitJson(origin, record, await git.commit(sha)));
  },
};

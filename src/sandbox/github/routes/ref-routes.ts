import { created, noContent, notFound, ok, param, Refusal, text } from '../answers.ts';
import { absent, lines } from '../git-directory.ts';
import { repositoryUrl } from '../json/repository-json.ts';
import { nodeId } from '../json/user-json.ts';
import type { Call, Routes } from './call.ts';

/** Git references, of which branches are the ones below `refs/heads`. */
export const refRoutes: Routes = {
  'GET /git/ref/*ref': async (call) => {
    const ref = `refs/${param(call.request, 'ref')}`;
    const sha = await shaOf(call, ref);
    if (!sha) throw notFound();
    return ok(await refJson(call, ref, sha));
  },

  'GET /git/matching-refs/*ref': async (call) => {
    const prefix = `refs/${param(call.request, 'ref')}`;
    const out = await call.repository.git.run(['for-each-ref', '--format=%(objectname) %(refname)']);
    const refs = lines(out).map((line) => [line.slice(41), line.slice(0, 40)] as const);
    const matching = refs.filter(([ref]) => ref.startsWith(prefix));
    return ok(await Promise.all(matching.map(([ref, sha]) => refJson(call, ref, sha))));
  },

  'POST /git/refs': async (call) => {
    const { git } = call.repository;
    const ref = text(call.request, 'ref') ?? '';
    if (!/^refs\/[^/]+\/./.test(ref)) {
      throw new Refusal(
        422,
        "Reference name must start with 'refs/' and contain at least three parts separated by slashes",
      );
    }
    if ((await git.attempt(['check-ref-format', ref])).code !== 0) {
      throw new Refusal(422, `${ref} is not a valid ref name.`);
    }
    const sha = await requireObject(call);
    if (await shaOf(call, ref)) throw new Refusal(422, 'Reference already exists');
    // A branch `a` stands in the way of `a/b`.
    if (!(await git.updateRef(ref, sha, absent))) throw new Refusal(422, 'Reference update failed');
    return created(await refJson(call, ref, sha));
  },

  'PATCH /git/refs/*ref': async (call) => {
    const { git } = call.repository;
    const ref = `refs/${param(call.request, 'ref')}`;
    const old = await shaOf(call, ref);
    if (!old) throw new Refusal(422, 'Reference does not exist');
    const sha = await requireObject(call);
    const isForced = call.request.body?.force === true;
    if (!isForced && !(await git.isAncestor(old, sha))) {
      throw new Refusal(422, 'Update is not a fast forward');
    }
    if (!(await git.updateRef(ref, sha, old))) throw new Refusal(409, 'Reference cannot be updated');
    return ok(await refJson(call, ref, sha));
  },

  'DELETE /git/refs/*ref': async (call) => {
    const ref = `refs/${param(call.request, 'ref')}`;
    if (!(await shaOf(call, ref))) throw new Refusal(422, 'Reference does not exist');
    if (ref === `refs/heads/${call.repository.record.defaultBranch}`) {
      throw new Refusal(422, 'Cannot delete the default branch');
    }
    await call.repository.git.deleteRef(ref);
    return noContent;
  },
};

async function shaOf({ repository }: Call, ref: string): Promise<string | null> {
  const heads = 'refs/heads/';
  if (ref.startsWith(heads)) return (await repository.git.branches()).get(ref.slice(heads.length)) ?? null;
  const { code, stdout } = await repository.git.attempt(['show-ref', '--verify', '--hash', ref]);
  return code === 0 ? stdout.trim() : null;
}

/** The commit named by `sha` of the body. */
async function requireObject({ request, repository }: Call): Promise<string> {
  const sha = text(request, 'sha') ?? '';
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Refusal(422, 'At least 40 characters are required');
  const commit = await repository.git.resolve(sha);
  if (!commit) throw new Refusal(422, 'Object does not exist');
  return commit;
}

async function refJson({ origin, repository }: Call, ref: string, sha: string) {
  const url = repositoryUrl(origin, repository.record);
  // An annotated tag is an object of its own.
  const type = ref.startsWith('refs/heads/')
    ? 'commit'
    : (await repository.git.run(['cat-file', '-t', sha])).trim();
  return {
    ref,
    node_id: nodeId('Ref', `${repository.fullName}:${ref}`),
    url: `${url}/git/${ref}`,
    object: { type, sha, url: `${url}/git/${type}s/${sha}` },
  };
}

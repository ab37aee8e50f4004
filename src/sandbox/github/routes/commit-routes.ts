import { notFound, ok, param, query, Refusal } from '../answers.ts';
import { changedFiles } from '../changed-files.ts';
import { commitJson, fileJson } from '../json/commit-json.ts';
import { repositoryUrl } from '../json/repository-json.ts';
import type { Call, Routes } from './call.ts';

/** Commits, what lies between two of them, and the trees they hold. */
export const commitRoutes: Routes = {
  'GET /commits/*ref': async (call) => {
    const ref = param(call.request, 'ref');
    const sha = await call.repository.git.resolve(ref);
    if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
    return ok(await json(call, sha));
  },

  'GET /compare/*basehead': async (call) => {
    const { origin, repository, request } = call;
    const { git, record } = repository;
    const [baseName = '', headName = ''] = param(request, 'basehead').split('...');
    const [base, head] = await Promise.all([git.resolve(baseName), git.resolve(headName)]);
    const mergeBase = base && head && (await git.mergeBase(base, head));
    if (!mergeBase) throw notFound();
    const commits = await git.log('--reverse', `${base}..${head}`);
    const behind = (await git.log(`${head}..${base}`)).length;
    const url = `${repositoryUrl(origin, record)}/compare/${baseName}...${headName}`;
    const html = `${origin}/${repository.fullName}/compare/${baseName}...${headName}`;
    const status = commits.length > 0 ? (behind > 0 ? 'diverged' : 'ahead') : undefined;
    return ok({
      url,
      html_url: html,
      permalink_url: `${origin}/${repository.fullName}/compare/${base}...${head}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: await json(call, base),
      merge_base_commit: await json(call, mergeBase),
      status: status ?? (behind > 0 ? 'behind' : 'identical'),
      ahead_by: commits.length,
      behind_by: behind,
      total_commits: commits.length,
      commits: commits.slice(0, 250).map((commit) => commitJson(origin, record, commit)),
      files: (await changedFiles(git, base, head)).map((file) => fileJson(origin, record, file, head)),
    });
  },

  'GET /git/trees/*tree': async ({ request, origin, repository }) => {
    const { git, record } = repository;
    const name = param(request, 'tree');
    const found = await git.attempt(['rev-parse', '--verify', '--quiet', `${name}^{tree}`]);
    if (found.code !== 0) throw notFound();
    const sha = found.stdout.trim();
    const deep = query(request, 'recursive') === undefined ? [] : ['-r', '-t'];
    const out = await git.run(['ls-tree', '-z', '-l', ...deep, sha]);
    const url = `${repositoryUrl(origin, record)}/git`;
    const tree = out.split('\0').flatMap((entry) => {
      const [, mode, type, object, size, path] = /^(\d+) (\w+) (\w+) +(-|\d+)\t(.*)$/s.exec(entry) ?? [];
      if (!object) return [];
      const length = size === '-' ? {} : { size: Number(size) };
      return { path, mode, type, sha: object, ...length, url: `${url}/${type}s/${object}` };
    });
    return ok({ sha, url: `${url}/trees/${sha}`, tree, truncated: false });
  },

  'GET /contents/*path': async ({ request, origin, repository }) => {
    const { git, record } = repository;
    const path = param(request, 'path');
    const ref = query(request, 'ref') ?? record.defaultBranch;
    const commit = await git.resolve(ref);
    const found = await git.attempt(['rev-parse', '--verify', '--quiet', `${commit}:${path}`]);
    const sha = found.stdout.trim();
    if (found.code !== 0 || (await git.run(['cat-file', '-t', sha])).trim() !== 'blob') throw notFound();
    const content = await git.run(['cat-file', 'blob', sha]);
    const url = `${repositoryUrl(origin, record)}/contents/${path}?ref=${ref}`;
    const html = `${origin}/${repository.fullName}/blob/${ref}/${path}`;
    const blobUrl = `${repositoryUrl(origin, record)}/git/blobs/${sha}`;
    return ok({
      type: 'file',
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      sha,
      size: Buffer.byteLength(content),
      encoding: 'base64',
      content: Buffer.from(content).toString('base64'),
      url,
      html_url: html,
      git_url: blobUrl,
      download_url: html.replace('/blob/', '/raw/'),
      _links: { self: url, html, git: blobUrl },
    });
  },
};

async function json({ origin, repository }: Call, sha: string) {
  return commitJson(origin, repository.record, await repository.git.commit(sha));
}

/** Bare repositories served by the real `git http-backend` behind a token, for tests of what clones and pushes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { GitRemote } from '../../src/integrations/github/port.ts';

const identity = ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((role) => [
  [`${role}_NAME`, 'Tester'],
  [`${role}_EMAIL`, 'tester@example.invalid'],
]);

export type GitServer = {
  /** Repositories are at `<url>/<owner>/<name>.git`. */
  url: string;
  token: string;
  remoteOf(repository: { owner: string; name: string }): Promise<GitRemote>;
  /** Makes `owner/name` with one commit on `main` that holds the files; gives the commit. */
  createRepository(fullName: string, files: Record<string, string>): string;
  /** Runs git in the bare repository. */
  git(fullName: string, ...args: string[]): string;
  /** Puts one more commit on a branch, as somebody else would; gives it. */
  commit(fullName: string, branch: string, files: Record<string, string>): string;
  close(): Promise<void>;
};

export async function startGitServer(): Promise<GitServer> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'gsw-git-'));
  const token = 'ghs_a_secret_of_the_tests';
  const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

  const server = createServer((request, response) => {
    if (request.headers.authorization !== basic) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const child = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'tester',
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const whole = Buffer.concat(chunks);
      const end = whole.indexOf('\r\n\r\n');
      for (const line of whole.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/: (.*)/s);
        if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
        else if (name) response.setHeader(name, value);
      }
      response.end(whole.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const bare = (fullName: string) => path.join(root, `${fullName}.git`);
  const run = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'safe.directory=*', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: root, ...Object.fromEntries(identity) },
    }).trim();

  function commit(fullName: string, branch: string, files: Record<string, string>): string {
    const work = mkdtempSync(path.join(root, 'work-'));
    run(work, 'clone', '--quiet', '--branch', branch, bare(fullName), work);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
      writeFileSync(path.join(work, name), text);
    }
    run(work, 'add', '--all');
    run(work, 'commit', '--quiet', '-m', 'Somebody else');
    run(work, 'push', '--quiet', 'origin', branch);
    return run(work, 'rev-parse', 'HEAD');
  }

  return {
    url,
    token,
    async remoteOf({ owner, name }) {
      return {
        url: `${url}/${owner}/${name}.git`,
        env: {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraHeader',
          GIT_CONFIG_VALUE_0: `Authorization: ${basic}`,
        },
      };
    },
    createRepository(fullName, files) {
      mkdirSync(bare(fullName), { recursive: true });
      run(bare(fullName), 'init', '--quiet', '--bare', '--initial-branch', 'main');
      const tree = run(bare(fullName), 'hash-object', '-t', 'tree', '-w', '/dev/null');
      run(
        bare(fullName),
        'update-ref',
        'refs/heads/main',
        run(bare(fullName), 'commit-tree', '-m', 'Root', tree),
      );
      return commit(fullName, 'main', files);
    },
    git: (fullName, ...args) => run(bare(fullName), ...args),
    commit,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/**
 * Runs git on behalf of adapters and analysis. It inherits only what git needs from the environment: in a checkout the
 * configuration is the agent's to write, so a filter or helper it plants there must find no secret of ours.
 */
import { execFile } from 'node:child_process';
import { SpanKind } from '@opentelemetry/api';
import { PermanentFailure, RetryLater } from '../engine/errors.ts';
import { rightToAct } from '../engine/right-to-act.ts';
import { traced } from '../telemetry/traced.ts';
import type { GitRemote } from './github/port.ts';

export type GitOptions = {
  cwd: string;
  /** Given only to commands that talk to the remote; its `env` carries the token. */
  remote?: GitRemote;
  env?: Record<string, string>;
  /** Milliseconds; ten minutes unless told. */
  timeoutMs?: number;
};

/** The longest that git may take, milliseconds: the first fetch of a repository brings its whole history. */
export const longestGitMs = 15 * 60_000;

/** How long git may take to put things in order when its time is up, milliseconds. */
const lastMomentsMs = 10_000;

/** The author and committer of the commits we make ourselves. */
export const ourIdentity = {
  name: 'graph-sitter-workflows',
  email: 'noreply@graph-sitter-workflows.invalid',
};

/** git ended with an error; the message is its last words, without credentials. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly exitCode: number | null;
  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

const always = ['PATH', 'HOME', 'USER', 'TMPDIR', 'XDG_CONFIG_HOME'];
const network = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'SSH_AUTH_SOCK'],
];
/** Command scope wins over the checkout's own configuration. */
const settings = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'commit.gpgSign': 'false',
  'gc.autoDetach': 'false',
  'maintenance.autoDetach': 'false',
  'advice.detachedHead': 'false',
};

/**
 * Runs git and gives its standard output, trimmed. Throws {@link GitError}. It is ended where the right to act is lost.
 */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  const remoteEnv = options.remote?.env ?? {};
  const inherited = Object.fromEntries(
    [...always, ...(options.remote ? network : [])].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const env = { ...inherited, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...options.env, ...remoteEnv };
  const configured = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const right = rightToAct();
  right?.check();
  const { timeoutMs = 600_000 } = options;
  const run = () =>
    new Promise<string>((resolve, reject) => {
      const child = execFile(
        'git',
        [...configured, ...args],
        {
          cwd: options.cwd,
          env,
          maxBuffer: 64 * 1024 * 1024,
          timeout: timeoutMs,
        },
        (error, stdout, stderr) => {
          clearTimeout(end);
          right?.signal.removeEventListener('abort', cutOff);
          if (!error) return resolve(stdout.trim());
          const words =
            lastWords(stderr) || lastWords(stdout) || (error.killed ? 'timed out' : 'ended with an error');
          const sentence = `git ${args[0]}: ${withoutSecrets(words, remoteEnv)}`;
          reject(new GitError(sentence, typeof error.code === 'number' ? error.code : null));
        },
      );
      // politely, as at its timeout, so that it takes its lock files with it
      const cutOff = () => child.kill('SIGTERM');
      const end = setTimeout(() => child.kill('SIGKILL'), timeoutMs + lastMomentsMs);
      right?.signal.addEventListener('abort', cutOff, { once: true });
    });
  // what stays on this machine is no call to anybody
  return options.remote ? traced(`git ${args[0]}`, run, { kind: SpanKind.CLIENT }) : run();
}

/** Whether git ends without an error; only for commands whose exit status 1 is an answer. */
export async function gitSays(args: readonly string[], options: GitOptions): Promise<boolean> {
  try {
    await git(args, options);
    return true;
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) return false;
    throw error;
  }
}

/** The remote does not know the token: HTTP 401, after which git would ask a person. */
const isUnknownToken = /Authentication failed|could not read (Username|Password)|error: 401\b/;

/** Why the remote did not take a push, where it was overtaken or had trouble of its own: both pass. */
const isPassingRejection =
  /\[remote rejected\] .*\((cannot lock ref|failed to update ref|fetch first|fatal error in commit_refs|(failure|internal server error|service unavailable|time(d )?out)\))/i;

/** GitHub asks for a minute where it names no time, and git does not pass on what it names. Milliseconds. */
const limitPauseMs = 60_000;

/** Refusals that trying again cannot mend become permanent; everything else is handed back as it is. */
export async function judgeRemoteError(
  error: unknown,
  repository: string,
  remote: GitRemote,
): Promise<unknown> {
  if (!(error instanceof GitError)) return error;
  const words = error.message;
  if (remote.refused && isUnknownToken.test(words)) return remote.refused('over git');
  if (isUnknownToken.test(words) || /Permission to .* denied|error: 403\b/.test(words)) {
    return new PermanentFailure(
      `GitHub refused access to ${repository} over git. Check GITHUB_TOKEN and its rights.`,
    );
  }
  if (/error: 429\b/.test(words)) return new RetryLater(limitPauseMs, 'GitHub rate limit');
  if (/[Rr]epository .*not found|does not appear to be a git repository/.test(words)) {
    return new PermanentFailure(
      `The repository ${repository} was not found, or GITHUB_TOKEN may not see it.`,
    );
  }
  if (/\[remote rejected\]/.test(words) && !isPassingRejection.test(words)) {
    return new PermanentFailure(`GitHub refused the push to ${repository}: ${words}`);
  }
  return error;
}

function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() && !line.startsWith('hint:'));
  return lines.slice(-6).join(' | ').slice(-600);
}

function withoutSecrets(text: string, env: Record<string, string>): string {
  let clean = text.replace(/(\w+:\/\/)[^/@\s]+@/g, '$1');
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('GIT_CONFIG_VALUE') && value.length >= 8) clean = clean.replaceAll(value, '[hidden]');
  }
  return clean;
}

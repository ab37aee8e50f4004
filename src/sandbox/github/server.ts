/**
 * A GitHub on this machine, for the demo and the tests: the REST routes we use and git over HTTP, on the same bare
 * repositories. Never used by production code.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express from 'express';
import { applyFaults, Faults } from '../faults.ts';
import { Access, setCommonHeaders } from './access.ts';
import { param } from './answers.ts';
import { mountApi } from './api.ts';
import type { SandboxApp } from './app.ts';
import { Ci, type CiCheck } from './ci.ts';
import { serveGit } from './http-backend.ts';
import type { CommentRecord, MergeRules, PullRecord } from './records.ts';
import { type NewRepository, Repositories } from './repositories.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';
import { type Hook, Webhooks } from './webhooks.ts';

export type GitHubSandboxOptions = {
  /** 0 unless told: any free port. */
  port?: number;
  /** Keeps repositories and records; a sandbox started again over it goes on where the last one stopped. */
  dataDir: string;
  /** Tokens that are let in; the first is `sandbox-bot`'s. One at random unless told. */
  tokens?: string[];
  /** A GitHub App to answer for; none unless told. */
  app?: SandboxApp;
  /** Judges the heads of pull requests; `git diff --check` unless told, no statuses at all if false. */
  ci?: CiCheck | false;
  /** Milliseconds from the pending status to the result; 200 unless told. */
  ciDelayMs?: number;
  faults?: Faults;
  /** Limits for the first token's user; GitHub's hourly budget alone unless told. */
  throttle?: ThrottleOptions;
  /** Requests that each user has for an hour; 5,000 unless told. */
  hourlyAllowance?: number;
};

/** How many requests are kept in the log. */
const logLength = 10_000;

type LoggedRequest = { method: string; path: string; status: number };

type Name = { owner: string; name: string };

export type GitHubSandbox = Awaited<ReturnType<typeof startGitHubSandbox>>;

export async function startGitHubSandbox(options: GitHubSandboxOptions) {
  const tokens = options.tokens ?? [`ghp_${randomBytes(18).toString('hex')}`];
  const throttle = options.throttle && new Throttle(options.throttle);
  const access = new Access(tokens, throttle, options.hourlyAllowance);
  const faults = options.faults ?? new Faults();
  const webhooks = new Webhooks();
  const repositories = new Repositories(path.resolve(options.dataDir), webhooks.changed);
  const ci = new Ci(options.ci, options.ciDelayMs ?? 200);
  const requests: LoggedRequest[] = [];
  const authorizations = new Set<string>();

  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    const entry = { method: request.method, path: request.path, status: 0 };
    requests.push(entry);
    if (request.headers.authorization) authorizations.add(request.headers.authorization);
    if (requests.length > logLength) requests.shift();
    response.on('finish', () => {
      entry.status = response.statusCode;
    });
    next();
  });
  app.use(applyFaults(faults));
  app.all(
    /^\/([^/]+)\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/,
    async (request, response) => {
      setCommonHeaders(response);
      const login = access.loginOf(request);
      if (!login) {
        response.status(401).set('www-authenticate', 'Basic realm="GitHub"').end();
        return;
      }
      const repository = repositories.find(param(request, '0'), param(request, '1'));
      const service = param(request, '2');
      await serveGit(request, response, { directory: repository.git.path, service, login });
      if (service !== 'git-receive-pack') return;
      await repository.exclusively(async () => {
        await repository.refresh();
        ci.look(repository);
      });
    },
  );
  mountApi(app, access, repositories, ci, options.app);

  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** The records of one repository, or of all. */
  const records = async (of?: Name) => {
    const chosen = of ? [repositories.find(of.owner, of.name)] : repositories.all;
    await Promise.all(chosen.map((one) => one.exclusively(() => one.refresh())));
    return chosen.map(({ record }) => structuredClone(record));
  };

  return {
    /** Base of the REST API. */
    url,
    /** Base of the clone addresses: the same server. */
    gitUrl: url,
    tokens,
    faults,
    /** The last requests, oldest first; status 0 while it has no answer, and for good where none was sent. */
    requests,
    /** Every `Authorization` header that came in, each once. */
    authorizations,
    /** What it has refused and let through; undefined without limits of its own. */
    throttle,

    async addRepository(wanted: NewRepository) {
      const { git, record } = await repositories.add(wanted);
      const { owner, name, defaultBranch } = record;
      return { owner, name, defaultBranch, cloneUrl: `${url}/${owner}/${name}.git`, gitDirectory: git.path };
    },

    /** Full names of the repositories it holds. */
    repositories(): string[] {
      return repositories.all.map(({ record }) => `${record.owner}/${record.name}`);
    },

    /** Where one of them is on the disk. */
    repository({ owner, name }: Name): { defaultBranch: string; gitDirectory: string } {
      const { record, git } = repositories.find(owner, name);
      return { defaultBranch: record.defaultBranch, gitDirectory: git.path };
    },

    async pullRequests(of?: Name): Promise<PullRecord[]> {
      return (await records(of)).flatMap(({ pulls }) => pulls);
    },

    async comments(of?: Name): Promise<CommentRecord[]> {
      return (await records(of)).flatMap(({ comments }) => comments);
    },

    /** Branches with the commit each is at. */
    async branches({ owner, name }: Name): Promise<Record<string, string>> {
      return Object.fromEntries(await repositories.find(owner, name).git.branches());
    },

    /** Requires these checks of what is merged into `branch`. */
    async protect({ owner, name }: Name, branch: string, contexts: string[]): Promise<void> {
      const repository = repositories.find(owner, name);
      repository.record.requiredChecks[branch] = contexts;
      repository.save();
    },

    /** The same by a ruleset, which GitHub has beside the protection of branches. */
    async rule({ owner, name }: Name, branch: string, contexts: string[]): Promise<void> {
      const repository = repositories.find(owner, name);
      repository.record.ruledChecks[branch] = contexts;
      repository.save();
    },

    /** Allows squashes only of what is merged. */
    async squashOnly({ owner, name }: Name): Promise<void> {
      const repository = repositories.find(owner, name);
      repository.record.isSquashOnly = true;
      repository.save();
    },

    /** Says how pull requests may be merged into `branch`. */
    async ruleMerges({ owner, name }: Name, branch: string, rules: MergeRules): Promise<void> {
      const repository = repositories.find(owner, name);
      repository.record.mergeRules = { ...repository.record.mergeRules, [branch]: rules };
      repository.save();
    },

    /** Sends webhooks from now on, of all repositories. */
    sendWebhooksTo(hook: Hook): void {
      webhooks.sendTo(hook, url, repositories.all);
    },
    /** What it has sent, and sending it again. */
    webhooks,

    /** Lets a token in, or in no more. */
    admit(token: string): void {
      access.admit(token, 'sandbox-bot');
    },
    expel(token: string): void {
      access.expel(token);
    },

    /** Spends what the first token has left of its hourly allowance, until then. */
    exhaustRateLimit(until: Date): void {
      access.exhaust(until);
    },

    async close(): Promise<void> {
      ci.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all(repositories.all.map((one) => one.exclusively(async () => undefined)));
      await webhooks.settle();
    },
  };
}

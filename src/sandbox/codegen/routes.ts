/** The documented REST routes of Codegen that our adapter and its discovery use. */
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { RunExecutor } from './run-executor.ts';
import type { RunStore, SandboxRun } from './run-store.ts';

export type RouteOptions = {
  store: RunStore;
  executor: RunExecutor;
  organizationId: number;
  /** Full names of the repositories the organization has connected. */
  repositories: () => Promise<string[]>;
  /** Address of the server, for the links to runs. */
  url: () => string;
};

const newRun = z.object({
  prompt: z.string(),
  repo_id: z.number().int().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const resumption = z.object({ agent_run_id: z.number().int(), prompt: z.string() });
const ban = z.object({ agent_run_id: z.number().int() });
const paging = z.object({
  skip: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  source_type: z.string().optional(),
});

export function codegenRoutes({ store, executor, organizationId, repositories, url }: RouteOptions): Router {
  const router = Router();
  const present = (run: SandboxRun) => ({
    id: run.id,
    organization_id: organizationId,
    status: run.status,
    created_at: run.createdAt,
    web_url: `${url()}/agent/trace/${run.id}`,
    result: run.result,
    summary: run.summary,
    source_type: 'API',
    metadata: run.metadata,
    github_pull_requests: run.pullRequests.map((pull, index) => ({
      id: run.id * 100 + index,
      created_at: run.createdAt,
      title: pull.title ?? null,
      url: pull.url,
      head_branch_name: pull.headBranch ?? null,
    })),
  });

  router.get('/users/me', (_request, response) => {
    response.json({
      id: 1,
      email: 'sandbox@example.invalid',
      github_user_id: '1',
      github_username: 'sandbox',
    });
  });
  router.get('/organizations', (_request, response) => {
    response.json({ items: [{ id: organizationId, name: 'Sandbox', settings: {} }], ...page(1, 0, 100) });
  });
  router.use('/organizations/:organization', (request, response, next) => {
    if (request.params.organization === String(organizationId)) return next();
    refuse(response, 404, 'Organization not found');
  });

  const organization = Router();
  router.use('/organizations/:organization', organization);

  organization.get('/repos', async (request, response) => {
    const query = accept(response, paging, request.query, 'query');
    if (!query) return;
    const names = await repositories();
    const all = names.map((name) => ({
      id: store.repositoryId(name),
      name: name.split('/')[1],
      full_name: name,
    }));
    response.json({ items: slice(all, query), ...page(all.length, query.skip, query.limit) });
  });
  organization.post('/agent/run', async (request, response) => {
    const body = accept(response, newRun, request.body, 'body');
    if (!body) return;
    const repository = body.repo_id ? store.repositoryName(body.repo_id) : null;
    if (repository === undefined) return refuse(response, 404, 'Repository not found');
    const run = store.add({ prompt: body.prompt, repository, metadata: body.metadata ?? null });
    executor.begin(run);
    response.json(present(run));
  });
  organization.post('/agent/run/resume', (request, response) => {
    const body = accept(response, resumption, request.body, 'body');
    if (!body) return;
    const run = store.find(body.agent_run_id);
    if (!run) return refuse(response, 404, 'Agent run not found');
    if (run.status === 'ACTIVE') return refuse(response, 400, 'Agent run is still active');
    store.update(run, {
      status: 'ACTIVE',
      result: null,
      summary: null,
      prompts: [...run.prompts, body.prompt],
    });
    executor.begin(run);
    response.json(present(run));
  });
  organization.post('/agent/run/ban', (request, response) => {
    const body = accept(response, ban, request.body, 'body');
    if (!body) return;
    const run = store.find(body.agent_run_id);
    if (!run) return refuse(response, 404, 'Agent run not found');
    executor.stop(run);
    if (run.status === 'ACTIVE') store.update(run, { status: 'CANCELLED' });
    response.json({ message: 'Agent run banned' });
  });
  organization.get('/agent/run/:id', (request, response) => {
    const id = accept(response, z.coerce.number().int(), request.params.id, 'path');
    if (id === undefined) return;
    const run = store.find(id);
    if (!run) return refuse(response, 404, 'Agent run not found');
    response.json(present(run));
  });
  organization.get('/agent/runs', (request, response) => {
    const query = accept(response, paging, request.query, 'query');
    if (!query) return;
    const all = query.source_type && query.source_type !== 'API' ? [] : store.runs.toReversed();
    response.json({ items: slice(all, query).map(present), ...page(all.length, query.skip, query.limit) });
  });
  return router;
}

export function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ message, status_code: status });
}

/** The value as the schema reads it; undefined once a 422 in FastAPI's form has been answered. */
function accept<T extends z.ZodType>(
  response: Response,
  schema: T,
  value: unknown,
  where: 'body' | 'query' | 'path',
): z.infer<T> | undefined {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map((issue) => {
    const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
    const verdict = missing
      ? { msg: 'Field required', type: 'missing' }
      : { msg: issue.message, type: issue.code };
    return { loc: [where, ...issue.path], ...verdict };
  });
  response.status(422).json({ detail });
  return undefined;
}

const slice = <T>(all: T[], { skip, limit }: { skip: number; limit: number }) =>
  all.slice(skip, skip + limit);

const page = (total: number, skip: number, size: number) => ({
  total,
  page: Math.floor(skip / size) + 1,
  size,
  pages: Math.ceil(total / size),
});

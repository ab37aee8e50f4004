import express, { type Express, type Request, type Response } from 'express';
import type { Access } from './access.ts';
import { setCommonHeaders } from './access.ts';
import { type Answer, notFound, paged, param, Refusal } from './answers.ts';
import { installationToken, type SandboxApp } from './app.ts';
import type { Ci } from './ci.ts';
import { repositoryJson } from './json/repository-json.ts';
import { publicUserJson } from './json/user-json.ts';
import type { Repositories } from './repositories.ts';
import { branchRoutes } from './routes/branch-routes.ts';
import type { Routes } from './routes/call.ts';
import { checkRunRoutes } from './routes/check-run-routes.ts';
import { commentRoutes } from './routes/comment-routes.ts';
import { commitRoutes } from './routes/commit-routes.ts';
import { issueRoutes } from './routes/issue-routes.ts';
import { mergeRoutes } from './routes/merge-routes.ts';
import { pullRoutes } from './routes/pull-routes.ts';
import { refRoutes } from './routes/ref-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { searchIssues } from './search-issues.ts';

/** `commitRoutes` come after those whose paths go on behind `commits/{ref}`. */
const routes: Routes = {
  ...branchRoutes,
  ...refRoutes,
  ...pullRoutes,
  ...mergeRoutes,
  ...issueRoutes,
  ...commentRoutes,
  ...statusRoutes,
  ...checkRunRoutes,
  ...commitRoutes,
};

/** Serves the REST API. */
export function mountApi(
  app: Express,
  access: Access,
  repositories: Repositories,
  ci: Ci,
  gitHubApp?: SandboxApp,
): void {
  // GitHub reads a body as JSON whatever its content type says.
  app.use(express.json({ limit: '10mb', type: () => true }));
  app.post('/app/installations/:installation/access_tokens', (request, response) => {
    setCommonHeaders(response);
    if (!gitHubApp) throw notFound();
    const { authorization = '' } = request.headers;
    send(response, installationToken(gitHubApp, access, authorization, param(request, 'installation')));
  });
  app.use((request, response, next) => {
    setCommonHeaders(response);
    // Node's fetch adds no-cache to every conditional request; GitHub answers 304 all the same.
    delete request.headers['cache-control'];
    const login = access.loginOf(request);
    if (!login) {
      const isMissing = request.headers.authorization === undefined;
      throw new Refusal(401, isMissing ? 'Requires authentication' : 'Bad credentials');
    }
    response.locals.login = login;
    // The one route that costs nothing.
    if (request.path !== '/rate_limit' && !access.count(login, request, response)) {
      throw new Refusal(403, `API rate limit exceeded for user ${login}.`);
    }
    next();
  });

  app.get('/user', (request, response) => {
    send(response, { status: 200, body: publicUserJson(originOf(request), response.locals.login) });
  });
  app.get('/rate_limit', (_request, response) => {
    const rate = access.allowance(response.locals.login);
    const core = { ...rate, remaining: Math.max(rate.remaining, 0) };
    send(response, { status: 200, body: { resources: { core, search: core }, rate: core } });
  });
  const listed = (request: Request) => {
    const all = [...repositories.all].sort((one, other) => one.fullName.localeCompare(other.fullName));
    const { items, headers } = paged(request, all);
    return { body: items.map(({ record }) => repositoryJson(originOf(request), record)), headers };
  };
  const isApp = (login: string) => login.endsWith('[bot]');
  app.get('/user/repos', (request, response) => {
    if (isApp(response.locals.login)) throw new Refusal(403, 'Resource not accessible by integration');
    send(response, { status: 200, ...listed(request) });
  });
  app.get('/installation/repositories', (request, response) => {
    if (!isApp(response.locals.login)) {
      throw new Refusal(403, 'You must authenticate with an installation access token');
    }
    const { body, headers } = listed(request);
    const answer = { total_count: repositories.all.length, repositories: body };
    send(response, { status: 200, body: answer, headers });
  });

  app.get('/search/issues', (request, response) => {
    send(response, searchIssues(request, repositories, originOf(request)));
  });

  for (const [route, handler] of Object.entries(routes)) {
    const [method = '', path = ''] = route.split(' ');
    const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[verb](`/repos/:owner/:repo${path}`, async (request, response) => {
      const repository = repositories.find(param(request, 'owner'), param(request, 'repo'));
      const answer = await repository.exclusively(async () => {
        await repository.refresh();
        const call = { request, repository, origin: originOf(request), login: response.locals.login };
        const result = await handler(call);
        // What the handler moved shows in the pull requests before anybody can ask.
        if (request.method !== 'GET') await repository.refresh();
        ci.look(repository);
        return result;
      });
      send(response, answer);
    });
  }

  app.use((request) => {
    throw new Refusal(501, `The sandbox does not serve ${request.method} ${request.path}`);
  });
  app.use((error: Error & { status?: number }, _request: Request, response: Response, _next: unknown) => {
    if (error instanceof Refusal) return send(response, error.answer());
    const isClient = error.status !== undefined && error.status < 500;
    const refusal = isClient
      ? new Refusal(error.status ?? 400, 'Problems parsing JSON')
      : new Refusal(500, error.message);
    send(response, refusal.answer());
  });
}

function originOf(request: Request): string {
  return `${request.protocol}://${request.get('host')}`;
}

/** Express adds the ETag and turns the answer into a 304 where the client has it already. */
function send(response: Response, { status, body, headers }: Answer): void {
  response.status(status).set(headers ?? {});
  if (body === undefined) response.end();
  else response.json(body);
}

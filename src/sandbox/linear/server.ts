/**
 * A Linear on this machine: the GraphQL schema of the installed SDK, with issues, states, labels, relations, comments
 * and attachments that behave like Linear's. For the demo and the tests; nothing in production uses it.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express, { type RequestHandler } from 'express';
import { createYoga } from 'graphql-yoga';
import { applyFaults, Faults } from '../faults.ts';
import { executableSchema } from './executable.ts';
import { rootFieldOf } from './graphql-request.ts';
import { rateLimitHeaders } from './limits.ts';
import { OAuthServer, type SandboxOAuth } from './oauth.ts';
import { pages } from './pages.ts';
import type { AttachmentRecord, CommentRecord, IssueRecord, LabelRecord, RelationRecord } from './records.ts';
import { authenticationRefusal } from './refusals.ts';
import { LinearStore } from './store.ts';

export type LinearSandboxOptions = {
  /** 0 or absent: any free port. */
  port?: number;
  /** Where to keep `linear.json`, so that a restart finds everything again; absent: in memory. */
  dataDir?: string;
  /** The keys it accepts; absent: a random one, told in `apiKeys`. */
  apiKeys?: string[];
  /** An OAuth application that has been authorised; none unless told. */
  oauth?: SandboxOAuth;
  /** Teams to have; absent: one, ENG. */
  teams?: { key: string; name: string }[];
  /** What its headers say there is for an hour; Linear's own figures unless told. */
  limits?: { requests: number; complexity: number };
  faults?: Faults;
};

export type LinearSandbox = {
  /** The GraphQL endpoint, for `LINEAR_API_URL`. */
  url: string;
  /** The page that lists the issues. */
  webUrl: string;
  apiKeys: string[];
  faults: Faults;
  /** Every GraphQL request that came in, oldest first, whatever became of it. */
  requests: LoggedRequest[];
  /** Every `Authorization` header that came in, each once. */
  authorizations: Set<string>;
  oauth: OAuthServer;
  issues(): SandboxIssue[];
  relations(): RelationRecord[];
  comments(): CommentRecord[];
  attachments(): AttachmentRecord[];
  labels(): LabelRecord[];
  close(): Promise<void>;
};

/** `operation` is the root field, such as `issueCreate`. */
type LoggedRequest = { at: Date; operation: string | undefined; variables: unknown };

/** An issue with its state in words. */
type SandboxIssue = IssueRecord & { state: string; stateType: string; url: string };

export async function startLinearSandbox(options: LinearSandboxOptions = {}): Promise<LinearSandbox> {
  const apiKeys = options.apiKeys ?? [`lin_api_${randomUUID()}`];
  const faults = options.faults ?? new Faults();
  const requests: LoggedRequest[] = [];
  const authorizations = new Set<string>();
  const oauth = new OAuthServer(options.oauth);
  const store = new LinearStore(options.dataDir && path.join(options.dataDir, 'linear.json'));
  for (const team of options.teams ?? [{ key: 'ENG', name: 'Engineering' }]) store.ensureTeam(team);
  store.save();

  let webUrl = '';
  const log: RequestHandler = (request, _response, next) => {
    if (request.headers.authorization) authorizations.add(request.headers.authorization);
    requests.push({ at: new Date(), operation: rootFieldOf(request), variables: request.body?.variables });
    next();
  };
  const yoga = createYoga({
    schema: executableSchema(store, () => webUrl),
    graphqlEndpoint: '/graphql',
    maskedErrors: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
  const app = express()
    .disable('x-powered-by')
    .use(
      '/graphql',
      express.json({ limit: '5mb' }),
      log,
      rateLimitHeaders(options.limits),
      applyFaults(faults, rootFieldOf),
      authenticate(apiKeys, oauth),
      yoga as unknown as RequestHandler,
    )
    .post('/oauth/token', express.urlencoded({ extended: false }), applyFaults(faults), oauth.answer)
    .use(pages(store));

  const server = createServer(app).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const { tables } = store;
  return {
    url: `${webUrl}/graphql`,
    webUrl,
    apiKeys,
    faults,
    requests,
    authorizations,
    oauth,
    issues: () =>
      tables.issues.map((issue) => {
        const { name, type } = store.byId('states', 'WorkflowState', issue.stateId);
        return {
          ...structuredClone(issue),
          state: name,
          stateType: type,
          url: `${webUrl}/issue/${issue.identifier}`,
        };
      }),
    relations: () => structuredClone(tables.relations),
    comments: () => structuredClone(tables.comments),
    attachments: () => structuredClone(tables.attachments),
    labels: () => structuredClone(tables.labels),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await yoga.dispose();
    },
  };
}

/** Linear takes a personal key bare and an OAuth token as Bearer. */
function authenticate(apiKeys: string[], oauth: OAuthServer): RequestHandler {
  return (request, response, next) => {
    const [, bearer, key = ''] = /^(Bearer )?(.*)$/.exec(request.headers.authorization ?? '') ?? [];
    if (apiKeys.includes(key) || (bearer && oauth.admits(key))) next();
    else response.status(401).json(authenticationRefusal);
  };
}

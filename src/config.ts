/** The process environment, read once at the edge, checked and typed. Nothing else reads `process.env`. */
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { Limits } from './engine/admission/limits-of.ts';
import { readRolePasswords, readUrls } from './named-variables.ts';
import { count, maybeCount, optional } from './setting-types.ts';

export { ConfigError };

export const databaseNames = [
  'task',
  'projects',
  'prompts',
  'codebase',
  'analytics',
  'events',
  'learning',
  'workflows',
] as const;

/** One of the eight; the PostgreSQL database is called `<name>_db`. */
export type DatabaseName = (typeof databaseNames)[number];

const environment = z.object({
  DATA_DIR: z.string().min(1).default('.data'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  PUBLIC_URL: optional,
  /** That one API key may send, to all processes together; 0: as many as it likes. */
  API_REQUESTS_PER_MINUTE: z.coerce.number().int().min(0).default(6_000),
  /** Where `gsw worker` answers `/healthz`; it does not where this is left out. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** Where Prometheus finds `/metrics`, of the API and of workers; nowhere where this is left out. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),

  /** Where traces are sent by OTLP over HTTP (`/v1/traces` is added); nothing is traced where this is left out. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** The same, whole. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('graph-sitter-workflows'),
  /** Which share of the traces is kept, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),

  /** Of another installation's API, for the commands that talk to one. */
  GSW_URL: z.url().optional(),
  GSW_API_KEY: optional,

  POSTGRES_HOST: optional,
  POSTGRES_PORT: z.coerce.number().int().min(1).max(65535).default(5432),
  POSTGRES_ADMIN_USER: z.string().min(1).default('postgres'),
  POSTGRES_ADMIN_PASSWORD: optional,
  /** Where the server reaches itself, where that is under another name than ours, as behind a proxy. */
  POSTGRES_OWN_HOST: optional,
  POSTGRES_OWN_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** A PgBouncer in front of the server, for transactions of the API and of workers; all else goes past it. */
  POSTGRES_POOLER_HOST: optional,
  POSTGRES_POOLER_PORT: z.coerce.number().int().min(1).max(65535).default(6432),
  /** `false` where what is in between keeps no prepared statements; by default so behind a pooler. */
  POSTGRES_PREPARED_STATEMENTS: z.stringbool().optional(),

  /** One server, Sentinels (`redis+sentinel://…`) or a Cluster (`redis+cluster://…`): see `src/engine/redis-url.ts`. */
  REDIS_URL: optional,
  QUEUE_DATABASE_URL: optional,
  QUEUE_PREFIX: z.string().min(1).default('gsw'),

  GITHUB_API_URL: z.url().default('https://api.github.com'),
  GITHUB_URL: z.url().default('https://github.com'),
  GITHUB_TOKEN: optional,
  /** Least pause between two writes with one token, milliseconds; 0: the server has no secondary limits. */
  GITHUB_WRITE_INTERVAL_MS: z.coerce.number().int().min(0).max(60_000).optional(),

  LINEAR_API_URL: z.url().default('https://api.linear.app/graphql'),
  LINEAR_API_KEY: optional,
  LINEAR_TEAM_KEY: optional,

  SLACK_API_URL: z.url().default('https://slack.com/api/'),
  SLACK_TOKEN: optional,
  /** `true`: subscribers on this machine may be told, also over plain HTTP. For development. */
  SUBSCRIBERS_ON_LOOPBACK: z.stringbool().default(false),
  /** `true`: organisations without credentials of their own act with those of the environment. */
  SHARE_ENVIRONMENT_CREDENTIALS: z.stringbool().default(false),

  /** The key that wraps the credentials' own keys: 32 bytes in base64. None of these: one is made up and kept. */
  VAULT_MASTER_KEY: optional,
  VAULT_MASTER_KEY_ID: optional,
  /** One key a line, `id:base64`, the current one first. */
  VAULT_MASTER_KEY_FILE: optional,
  /** Keys that only open, separated by commas. */
  VAULT_PREVIOUS_MASTER_KEYS: optional,
  /** A command that wraps and unwraps at a key management service. */
  VAULT_KMS_COMMAND: optional,

  AGENT: z.enum(['codegen', 'command']).default('codegen'),
  CODEGEN_API_URL: z.url().default('https://api.codegen.com'),
  CODEGEN_TOKEN: optional,
  CODEGEN_ORG_ID: z.coerce.number().int().positive().optional(),
  AGENT_COMMAND: optional,
  /** Names of variables, separated by commas, that a command-line agent gets of ours, such as its API key. */
  AGENT_PASS_ENV: z.string().default(''),
  /** Jobs of one queue that one worker process works on at a time, at most; empty: as many as suits each queue. */
  WORKER_CONCURRENCY: maybeCount,
  /** Workflows of all organisations that run at a time; shared fairly by weight. */
  MAX_RUNNING_WORKFLOWS: count(200),
  /** What an organisation may have that has no limits of its own; empty: no limit but the installation's. */
  ORGANIZATION_MAX_RUNNING_WORKFLOWS: maybeCount,
  ORGANIZATION_MAX_RUNNING_STEPS: maybeCount,
  /** Workflows that may stand in line; more are refused. */
  ORGANIZATION_MAX_QUEUED_WORKFLOWS: count(10_000),

  /** How long one agent run may take, milliseconds. */
  AGENT_TIMEOUT_MS: count(60 * 60_000),
  /** Pause between two looks at something that is still at work elsewhere (agent run, checks), milliseconds. */
  POLL_INTERVAL_MS: count(10_000),
  /** How long checks of a commit are given to appear, unless all that are known to be required are there, milliseconds. */
  CHECKS_GRACE_MS: z.coerce.number().int().min(0).default(60_000),
});

/** The names of all settings but passwords of roles. */
export const knownVariables: readonly string[] = [
  ...Object.keys(environment.shape),
  ...databaseNames.flatMap((name) =>
    ['DATABASE_URL', 'MAINTENANCE_DATABASE_URL'].map((suffix) => `${name.toUpperCase()}_${suffix}`),
  ),
];

export type Config = {
  dataDir: string;
  logLevel: string;
  http: {
    host: string;
    port: number;
    publicUrl: string | undefined;
    healthPort: number | undefined;
    metricsPort: number | undefined;
    /** Of one API key; 0: no limit. */
    requestsPerMinute: number;
  };
  /** Of traces; they are not made where there is no URL to send them to. */
  telemetry: { tracesUrl: string | undefined; serviceName: string; sampleRatio: number };
  /** Which API the command line talks to; undefined: the one of this installation, with its own key. */
  client: { url: string | undefined; key: string | undefined };
  postgres: {
    /** undefined: the embedded server under `dataDir`. */
    host: string | undefined;
    port: number;
    adminUser: string;
    adminPassword: string | undefined;
    /** Where the server reaches itself, for reading across databases; undefined: under `host` and `port`. */
    ownHost: string | undefined;
    ownPort: number | undefined;
    /** Where transactions go instead of to the server itself; undefined: nowhere else. */
    pooler: { host: string; port: number } | undefined;
    /** Whether statements may be known to a connection by name, from one transaction to the next. */
    prepares: boolean;
  };
  /** The application's connection URLs, where they are given; `resolveConnections` fills in the others. */
  databaseUrls: Partial<Record<DatabaseName, string>>;
  /** The same for work that crosses organisations (`<NAME>_MAINTENANCE_DATABASE_URL`). */
  maintenanceUrls: Partial<Record<DatabaseName, string>>;
  /** Passwords of roles by their names, where the environment gives them (`<ROLE>_PASSWORD`). */
  rolePasswords: Record<string, string>;
  queue: {
    redisUrl: string | undefined;
    /** Where the queue lives if `redisUrl` is undefined; `resolveConnections` fills it in. */
    databaseUrl: string | undefined;
    prefix: string;
  };
  github: {
    apiUrl: string;
    url: string;
    token: string | undefined;
    /** 0: the server has no secondary limits. */
    writeIntervalMs: number;
  };
  linear: { apiUrl: string; apiKey: string | undefined; teamKey: string | undefined };
  slack: { apiUrl: string; token: string | undefined };
  subscribers: { allowLoopback: boolean };
  /** Whether what the environment gives serves every organisation, or the default one only. */
  shareCredentials: boolean;
  /** Where the master keys of the credentials are. */
  vault: {
    masterKey: string | undefined;
    masterKeyId: string | undefined;
    masterKeyFile: string | undefined;
    previousMasterKeys: string | undefined;
    kmsCommand: string | undefined;
  };
  agent: {
    adapter: 'codegen' | 'command';
    codegen: { apiUrl: string; token: string | undefined; organizationId: number | undefined };
    command: string | undefined;
    /** Names of environment variables that a command-line agent gets besides the harmless ones. */
    passEnv: string[];
    timeoutMs: number;
  };
  /** Jobs of one queue at a time; null: as many as suits the queue. */
  workerConcurrency: number | null;
  limits: {
    /** Of all organisations together. */
    maxRunningWorkflows: number;
    /** Of an organisation that has none of its own. */
    organization: Limits;
  };
  pollIntervalMs: number;
  checksGraceMs: number;
};

/** A variable that is set to nothing, as Compose and Kubernetes pass on what nobody has set, is as good as left out. */
const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

/** Reads and checks the settings. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(withoutEmpty(env));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`These environment variables need mending:\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  const databaseUrls = readUrls(env, databaseNames, 'DATABASE_URL');
  const maintenanceUrls = readUrls(env, databaseNames, 'MAINTENANCE_DATABASE_URL');
  return {
    dataDir: path.resolve(e.DATA_DIR),
    logLevel: e.LOG_LEVEL,
    http: {
      host: e.HOST,
      port: e.PORT,
      publicUrl: e.PUBLIC_URL,
      healthPort: e.HEALTH_PORT,
      requestsPerMinute: e.API_REQUESTS_PER_MINUTE,
      metricsPort: e.METRICS_PORT,
    },
    telemetry: {
      tracesUrl:
        e.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? e.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/*$/, '/v1/traces'),
      serviceName: e.OTEL_SERVICE_NAME,
      sampleRatio: e.OTEL_TRACES_SAMPLER_ARG,
    },
    client: { url: e.GSW_URL, key: e.GSW_API_KEY },
    postgres: {
      host: e.POSTGRES_HOST,
      port: e.POSTGRES_PORT,
      adminUser: e.POSTGRES_ADMIN_USER,
      adminPassword: e.POSTGRES_ADMIN_PASSWORD,
      ownHost: e.POSTGRES_OWN_HOST,
      ownPort: e.POSTGRES_OWN_PORT,
      pooler: e.POSTGRES_POOLER_HOST
        ? { host: e.POSTGRES_POOLER_HOST, port: e.POSTGRES_POOLER_PORT }
        : undefined,
      prepares: e.POSTGRES_PREPARED_STATEMENTS ?? !e.POSTGRES_POOLER_HOST,
    },
    databaseUrls,
    maintenanceUrls,
    rolePasswords: readRolePasswords(env, databaseNames),
    queue: { redisUrl: e.REDIS_URL, databaseUrl: e.QUEUE_DATABASE_URL, prefix: e.QUEUE_PREFIX },
    github: {
      apiUrl: e.GITHUB_API_URL,
      url: e.GITHUB_URL,
      token: e.GITHUB_TOKEN,
      writeIntervalMs: e.GITHUB_WRITE_INTERVAL_MS ?? (isGitHubsOwn(e.GITHUB_API_URL) ? 1_000 : 0),
    },
    linear: { apiUrl: e.LINEAR_API_URL, apiKey: e.LINEAR_API_KEY, teamKey: e.LINEAR_TEAM_KEY },
    slack: { apiUrl: e.SLACK_API_URL, token: e.SLACK_TOKEN },
    subscribers: { allowLoopback: e.SUBSCRIBERS_ON_LOOPBACK },
    shareCredentials: e.SHARE_ENVIRONMENT_CREDENTIALS,
    vault: {
      masterKey: e.VAULT_MASTER_KEY,
      masterKeyId: e.VAULT_MASTER_KEY_ID,
      masterKeyFile: e.VAULT_MASTER_KEY_FILE,
      previousMasterKeys: e.VAULT_PREVIOUS_MASTER_KEYS,
      kmsCommand: e.VAULT_KMS_COMMAND,
    },
    agent: {
      adapter: e.AGENT,
      codegen: { apiUrl: e.CODEGEN_API_URL, token: e.CODEGEN_TOKEN, organizationId: e.CODEGEN_ORG_ID },
      command: e.AGENT_COMMAND,
      passEnv: e.AGENT_PASS_ENV.split(',').flatMap((name) => name.trim() || []),
      timeoutMs: e.AGENT_TIMEOUT_MS,
    },
    workerConcurrency: e.WORKER_CONCURRENCY ?? null,
    limits: {
      maxRunningWorkflows: e.MAX_RUNNING_WORKFLOWS,
      organization: {
        maxRunningWorkflows: e.ORGANIZATION_MAX_RUNNING_WORKFLOWS ?? null,
        maxRunningSteps: e.ORGANIZATION_MAX_RUNNING_STEPS ?? null,
        maxQueuedWorkflows: e.ORGANIZATION_MAX_QUEUED_WORKFLOWS,
        weight: 1,
      },
    },
    pollIntervalMs: e.POLL_INTERVAL_MS,
    checksGraceMs: e.CHECKS_GRACE_MS,
  };
}

/** GitHub asks for a second between two writes; an Enterprise Server has no such limits unless its owner sets them. */
const isGitHubsOwn = (apiUrl: string): boolean =>
  /(^|\.)(github\.com|ghe\.com)$/.test(new URL(apiUrl).hostname);

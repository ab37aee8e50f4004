/** The process environment, read once at the edge, checked and typed. Nothing else reads `process.env`. */
import path from 'node:path';
import { z } from 'zod';

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

const optional = z
  .string()
  .optional()
  .transform((value) => value || undefined);
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const maybeCount = optional
  .transform((value) => value && Number(value))
  .pipe(z.number().int().positive().optional());
const duration = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const environment = z.object({
  DATA_DIR: z.string().min(1).default('.data'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  PUBLIC_URL: optional,
  /** That one API key may send, to all processes together; 0: as many as it likes. */
  API_REQUESTS_PER_MINUTE: z.coerce.number().int().min(0).default(6_000),
  /** Where `gsw worker` answers `/healthz`; it does not where this is left out. */
  HEALTH_PORT: z.coerce.number().int().min(1).max(65535).optional(),

  /** Of another installation's API, for the commands that talk to one. */
  GSW_URL: optional.pipe(z.url().optional()),
  GSW_API_KEY: optional,

  POSTGRES_HOST: optional,
  POSTGRES_PORT: z.coerce.number().int().min(1).max(65535).default(5432),
  POSTGRES_ADMIN_USER: z.string().min(1).default('postgres'),
  POSTGRES_ADMIN_PASSWORD: optional,
  /** Where the server reaches itself, where that is under another name than ours, as behind a proxy. */
  POSTGRES_OWN_HOST: optional,
  POSTGRES_OWN_PORT: z.coerce.number().int().min(1).max(65535).optional(),

  /** One server, Sentinels (`redis+sentinel://…`) or a Cluster (`redis+cluster://…`): see `src/engine/redis-url.ts`. */
  REDIS_URL: optional,
  QUEUE_DATABASE_URL: optional,
  QUEUE_PREFIX: z.string().min(1).default('gsw'),

  GITHUB_API_URL: z.url().default('https://api.github.com'),
  GITHUB_URL: z.url().default('https://github.com'),
  GITHUB_TOKEN: optional,
  /** Least pause between two writes with one token, milliseconds; 0: the server has no secondary limits. */
  GITHUB_WRITE_INTERVAL_MS: optional
    .transform((value) => value && Number(value))
    .pipe(z.number().int().min(0).max(60_000).optional()),

  LINEAR_API_URL: z.url().default('https://api.linear.app/graphql'),
  LINEAR_API_KEY: optional,
  LINEAR_TEAM_KEY: optional,

  SLACK_API_URL: z.url().default('https://slack.com/api/'),
  SLACK_TOKEN: optional,
  /** `true`: subscribers on this machine may be told, also over plain HTTP. For development. */
  SUBSCRIBERS_ON_LOOPBACK: optional.pipe(z.stringbool().default(false)),
  /** `true`: organisations without credentials of their own act with those of the environment. */
  SHARE_ENVIRONMENT_CREDENTIALS: optional.pipe(z.stringbool().default(false)),

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
  /** Workflows of all organisations that run at a time; shared fairly by weight. */
  MAX_RUNNING_WORKFLOWS: count(200),
  /** What an organisation may have that has no limits of its own; empty: no limit but the installation's. */
  ORGANIZATION_MAX_RUNNING_WORKFLOWS: maybeCount,
  ORGANIZATION_MAX_RUNNING_STEPS: maybeCount,
  /** Workflows that may stand in line; more are refused. */
  ORGANIZATION_MAX_QUEUED_WORKFLOWS: count(10_000),

  /** How long one agent run may take, milliseconds. */
  AGENT_TIMEOUT_MS: duration(60 * 60_000),
  /** Pause between two looks at something that is still at work elsewhere (agent run, checks), milliseconds. */
  POLL_INTERVAL_MS: duration(10_000),
  /** How long a pull request without any check is given for its first one to appear, milliseconds. */
  CHECKS_GRACE_MS: z.coerce.number().int().min(0).default(60_000),
});

export type Config = {
  dataDir: string;
  logLevel: string;
  http: {
    host: string;
    port: number;
    publicUrl: string | undefined;
    healthPort: number | undefined /** Of one API key; 0: no limit. */;
    requestsPerMinute: number;
  };
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
  limits: {
    /** Of all organisations together. */
    maxRunningWorkflows: number;
    /** Of an organisation that has none of its own. */
    organization: OrganizationDefaults;
  };
  pollIntervalMs: number;
  checksGraceMs: number;
};

/** How much an organisation may take up, unless its own limits say otherwise; null: no limit. */
export type OrganizationDefaults = {
  maxRunningWorkflows: number | null;
  maxRunningSteps: number | null;
  maxQueuedWorkflows: number;
  weight: number;
};

/** A setting that is missing or malformed; the message names each variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads and checks the settings. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`These environment variables need mending:\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  const databaseUrls = readUrls(env, 'DATABASE_URL');
  const maintenanceUrls = readUrls(env, 'MAINTENANCE_DATABASE_URL');
  return {
    dataDir: path.resolve(e.DATA_DIR),
    logLevel: e.LOG_LEVEL,
    http: {
      host: e.HOST,
      port: e.PORT,
      publicUrl: e.PUBLIC_URL,
      healthPort: e.HEALTH_PORT,
      requestsPerMinute: e.API_REQUESTS_PER_MINUTE,
    },
    client: { url: e.GSW_URL, key: e.GSW_API_KEY },
    postgres: {
      host: e.POSTGRES_HOST,
      port: e.POSTGRES_PORT,
      adminUser: e.POSTGRES_ADMIN_USER,
      adminPassword: e.POSTGRES_ADMIN_PASSWORD,
      ownHost: e.POSTGRES_OWN_HOST,
      ownPort: e.POSTGRES_OWN_PORT,
    },
    databaseUrls,
    maintenanceUrls,
    rolePasswords: readRolePasswords(env),
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

/** The variables `<NAME>_<suffix>` of the eight databases. */
function readUrls(env: NodeJS.ProcessEnv, suffix: string): Partial<Record<DatabaseName, string>> {
  const given: Partial<Record<DatabaseName, string>> = {};
  for (const name of databaseNames) {
    const variable = `${name.toUpperCase()}_${suffix}`;
    const url = env[variable];
    if (!url) continue;
    if (!URL.canParse(url)) {
      throw new ConfigError(
        `${variable} is no URL; it should look like postgres://user:password@host:5432/${name}_db.`,
      );
    }
    given[name] = url;
  }
  return given;
}

/** The variables `<ROLE>_PASSWORD` of the roles that setup makes. */
function readRolePasswords(env: NodeJS.ProcessEnv): Record<string, string> {
  const roles = [
    ...databaseNames.flatMap((name) => [`${name}_user`, `${name}_maintenance`]),
    'queue_user',
    'analytics_readonly',
    'graph_sitter_admin',
  ];
  return Object.fromEntries(
    roles.flatMap((role) => {
      const password = env[`${role.toUpperCase()}_PASSWORD`];
      return password ? [[role, password]] : [];
    }),
  );
}

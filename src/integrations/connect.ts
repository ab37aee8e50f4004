/** The services as each organisation sees them. Secrets are asked for at each call, never kept in an adapter. */
import path from 'node:path';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { Services } from '../engine/define.ts';
import { keyringSource } from '../security/vault/read-keyring.ts';
import { createCodegen } from './agent/codegen.ts';
import { createCommandAgent } from './agent/command.ts';
import type { Agent } from './agent/port.ts';
import { type AccessOptions, organizationAccess } from './credentials/organization-access.ts';
import { signingSecrets } from './credentials/signing-secrets.ts';
import { appTokens } from './github/app-tokens.ts';
import { createGitHub } from './github/octokit.ts';
import type { GitHub } from './github/port.ts';
import type { Governor } from './governor/governor.ts';
import type { AskGrant } from './grant.ts';
import { guardFetch } from './guarded-fetch.ts';
import { linearOAuthTokens } from './linear/oauth-tokens.ts';
import { createLinear } from './linear/sdk.ts';
import type { Messengers } from './subscribers/port.ts';
import { publicOnly } from './subscribers/public-only.ts';
import { createSlack } from './subscribers/slack.ts';
import { createWebhooks } from './subscribers/webhook.ts';

export type ServicesOptions = {
  config: Config;
  databases: Databases;
  logger: Pick<Logger, 'warn'>;
  /** Keeps to the limits of each credential, together with all other workers; left out, nobody counts. */
  governor?: Governor;
  /** Stands in for `fetch` on the way to GitHub, so that tests can hold every call against its contract. */
  fetchGitHub?: typeof fetch;
};

/** Gives each organisation's services; they are made once and act with the credentials there are at each call. */
export function connectServices({
  config,
  databases,
  logger,
  governor,
  fetchGitHub,
}: ServicesOptions): (organizationId: string) => Services {
  checkAgent(config);
  guardFetch();
  const { github, linear, agent } = config;
  const toGitHub = { apiUrl: github.apiUrl, ...(fetchGitHub && { fetch: fetchGitHub }) };
  const access = organizationAccess(accessOf({ config, databases, logger }), {
    github_app: appTokens(toGitHub),
    linear_oauth: linearOAuthTokens(linear.apiUrl),
  });
  const known = new Map<string, Services>();

  const servicesFor = (organizationId: string): Services => {
    const hub = createGitHub({
      ...toGitHub,
      governor,
      writeIntervalMs: github.writeIntervalMs,
      url: github.url,
      token: access(organizationId, 'github', { variable: 'GITHUB_TOKEN', value: github.token }),
    });
    const apiKey = access(organizationId, 'linear', {
      variable: 'LINEAR_API_KEY',
      value: linear.apiKey,
      ...(linear.teamKey && { settings: { teamKey: linear.teamKey } }),
    });
    const token = access(organizationId, 'codegen', {
      variable: 'CODEGEN_TOKEN',
      value: agent.codegen.token,
      settings: { organizationId: String(agent.codegen.organizationId ?? 0) },
    });
    return {
      github: hub,
      linear: createLinear({ apiUrl: linear.apiUrl, apiKey, governor }),
      agent: connectAgent(config, hub, token),
    };
  };
  return (organizationId) => {
    const services = known.get(organizationId) ?? servicesFor(organizationId);
    known.set(organizationId, services);
    return services;
  };
}

/** The ways to each organisation's subscribers. The connections end with the process. */
export function connectMessengers(
  options: Pick<ServicesOptions, 'config' | 'databases' | 'logger'>,
): (organizationId: string) => Messengers {
  const { config, databases } = options;
  const { allowLoopback } = config.subscribers;
  const access = organizationAccess(accessOf(options), {});
  const dispatcher = publicOnly({ allowLoopback });
  return (organizationId) => ({
    webhook: createWebhooks({
      dispatcher,
      allowLoopback,
      secretsOf: (to) =>
        signingSecrets(
          { databases: databases.inOrganization(organizationId), keyring: keyringSource(config) },
          to,
        ),
    }),
    slack: createSlack({
      apiUrl: config.slack.apiUrl,
      token: access(organizationId, 'slack', { variable: 'SLACK_TOKEN', value: config.slack.token }),
    }),
  });
}

const accessOf = ({
  config,
  databases,
  logger,
}: Pick<ServicesOptions, 'config' | 'databases' | 'logger'>): AccessOptions => ({
  databases,
  keyring: keyringSource(config),
  shareEnvironment: config.shareCredentials,
  onInvalid: ({ id, organizationId, kind, name }, reason) =>
    logger.warn({ credential: id, organizationId, kind, name, reason }, 'a credential is not valid any more'),
});

/** Told at the start rather than by the first workflow. */
function checkAgent({ agent }: Config): void {
  if (agent.adapter === 'command' && !agent.command) {
    throw new ConfigError(
      'AGENT is "command", so AGENT_COMMAND must say which command to run, such as AGENT_COMMAND="claude -p".',
    );
  }
}

function connectAgent(config: Config, github: GitHub, token: AskGrant): Agent {
  const remoteOf: GitHub['gitRemote'] = (repository) => github.gitRemote(repository);
  if (config.agent.adapter === 'codegen') {
    return createCodegen({ apiUrl: config.agent.codegen.apiUrl, token, remoteOf });
  }
  return createCommandAgent({
    command: config.agent.command ?? '',
    dataDir: path.resolve(config.dataDir),
    timeoutMs: config.agent.timeoutMs,
    passEnv: config.agent.passEnv,
    remoteOf,
  });
}

/** The services as an organisation sees them. Secrets are asked for at each call, never kept in an adapter. */
import path from 'node:path';
import { type Config, ConfigError } from '../config.ts';
import type { Services } from '../engine/define.ts';
import { PermanentFailure } from '../engine/errors.ts';
import { createCodegen } from './agent/codegen.ts';
import { createCommandAgent } from './agent/command.ts';
import type { Agent } from './agent/port.ts';
import { createGitHub } from './github/octokit.ts';
import type { GitHub } from './github/port.ts';
import { createLinear } from './linear/sdk.ts';

/**
 * For now every organisation uses the credentials of the environment.
 * @param fetchGitHub stands in for `fetch` on the way to GitHub, so that tests can hold every call against its contract
 */
export function connectServices(
  config: Config,
  fetchGitHub?: typeof fetch,
): (organizationId: string) => Services {
  const github = createGitHub({
    apiUrl: config.github.apiUrl,
    url: config.github.url,
    token: secret('GITHUB_TOKEN', config.github.token),
    ...(fetchGitHub ? { fetch: fetchGitHub } : {}),
  });
  const linear = createLinear({
    apiUrl: config.linear.apiUrl,
    apiKey: secret('LINEAR_API_KEY', config.linear.apiKey),
    ...(config.linear.teamKey ? { teamKey: config.linear.teamKey } : {}),
  });
  const services = { github, linear, agent: connectAgent(config, github) };
  return () => services;
}

function connectAgent(config: Config, github: GitHub): Agent {
  const remoteOf: GitHub['gitRemote'] = (repository) => github.gitRemote(repository);
  if (config.agent.adapter === 'codegen') {
    return createCodegen({
      apiUrl: config.agent.codegen.apiUrl,
      token: secret('CODEGEN_TOKEN', config.agent.codegen.token),
      organizationId: config.agent.codegen.organizationId ?? 0,
      remoteOf,
    });
  }
  if (!config.agent.command) {
    throw new ConfigError(
      'AGENT is "command", so AGENT_COMMAND must say which command to run, such as AGENT_COMMAND="claude -p".',
    );
  }
  return createCommandAgent({
    command: config.agent.command,
    dataDir: path.resolve(config.dataDir),
    timeoutMs: config.agent.timeoutMs,
    passEnv: config.agent.passEnv,
    remoteOf,
  });
}

/** A missing secret fails the operation that needs it, with the mend, rather than the start of the process. */
function secret(variable: string, value: string | undefined): () => Promise<string> {
  return async () => {
    if (!value)
      throw new PermanentFailure(`${variable} is not set; give it in the environment of the worker.`);
    return value;
  };
}

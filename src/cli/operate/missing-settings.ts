/** Which settings a worker will miss, so that it is known before a workflow fails for want of them. */
import type { Config } from '../../config.ts';

/** One sentence each. */
export function missingSettings({ github, linear, agent }: Config): string[] {
  const { token, organizationId } = agent.codegen;
  const codegenLacks = agent.adapter === 'codegen' && (token === undefined || organizationId === undefined);
  return [
    github.token === undefined &&
      'GITHUB_TOKEN is not set: without a GitHub credential of their own, organisations cannot reach repositories.',
    linear.apiKey === undefined &&
      'LINEAR_API_KEY is not set: without a Linear credential of their own, organisations cannot create issues.',
    codegenLacks &&
      'CODEGEN_TOKEN and CODEGEN_ORG_ID are not both set: organisations without a Codegen credential of their own have no coding agent (or set AGENT=command and AGENT_COMMAND).',
  ].filter((sentence) => sentence !== false);
}

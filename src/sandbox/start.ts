/**
 * A whole outside world on this machine: GitHub with real git, Linear, and Codegen with a scripted agent. The demo and
 * the tests run against it; production code never does.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type CodegenSandboxOptions, startCodegenSandbox } from './codegen/server.ts';
import { type GitHubSandboxOptions, startGitHubSandbox } from './github/server.ts';
import { type LinearSandboxOptions, startLinearSandbox } from './linear/server.ts';

export type SandboxOptions = {
  /** Keeps everything; a sandbox started again over it goes on where the last one stopped. */
  dataDir: string;
  /**
   * Whether Linear and the agents' server keep what they know in memory only: with hundreds of workflows, writing all of
   * it after each change is most of what they do.
   */
  forgetful?: boolean;
  github?: Pick<GitHubSandboxOptions, 'port' | 'ci' | 'ciDelayMs' | 'tokens' | 'app' | 'hourlyAllowance'>;
  linear?: Pick<LinearSandboxOptions, 'port' | 'apiKeys' | 'oauth' | 'limits'>;
  /** `gitRemote`: where its agents clone from and push to; over HTTP from this GitHub unless told. */
  codegen?: Partial<Pick<CodegenSandboxOptions, 'port' | 'script' | 'latencyMs' | 'gitRemote'>> & {
    token?: string;
  };
};

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

const codegenOrganization = 1;

export async function startSandbox(options: SandboxOptions) {
  const directory = (name: string) => path.join(options.dataDir, name);
  const github = await startGitHubSandbox({ dataDir: directory('github'), ...options.github });
  const codegenToken = options.codegen?.token ?? randomBytes(24).toString('base64url');
  const linear = await startLinearSandbox({
    ...(options.forgetful ? {} : { dataDir: directory('linear') }),
    ...options.linear,
  });
  const codegen = await startCodegenSandbox({
    dataDir: directory('codegen'),
    forgetful: options.forgetful ?? false,
    organizationId: codegenOrganization,
    gitRemote: { url: github.gitUrl, token: github.tokens[0] as string },
    repositories: async () => github.repositories(),
    ...options.codegen,
    tokens: [codegenToken],
  });
  return {
    github,
    linear,
    codegen,
    /** The settings under which the system works against this sandbox. */
    environment: {
      GITHUB_API_URL: github.url,
      GITHUB_URL: github.gitUrl,
      GITHUB_TOKEN: github.tokens[0] as string,
      LINEAR_API_URL: linear.url,
      LINEAR_API_KEY: linear.apiKeys[0] as string,
      AGENT: 'codegen',
      CODEGEN_API_URL: codegen.url,
      CODEGEN_TOKEN: codegenToken,
      CODEGEN_ORG_ID: String(codegenOrganization),
    },
    close: async () => {
      await codegen.close();
      await linear.close();
      await github.close();
    },
  };
}

/** Which API a command talks to, and with which key. */
import type { Command } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { ownUrl } from '../http/own-url.ts';
import { apiKeyFile, readApiKey } from '../security/api-key-file.ts';
import { ApiClient } from './api-client.ts';
import { findDemo } from './demo/place.ts';
import { CliFailure } from './failure.ts';
import { commandName, demoName } from './output.ts';

export type ApiOptions = { demo?: boolean };

/** Adds the option that turns a command to a demo. */
export function withApi(command: Command): Command {
  return command.option('--demo', 'talk to the demo that was started with --keep');
}

/** Throws a sentence with the mend where there is no key. */
export async function findApi({ demo }: ApiOptions): Promise<ApiClient> {
  const config = readConfig();
  if (demo) {
    const { directory, apiUrl } = await findDemo(config.dataDir);
    return new ApiClient(apiUrl, await keyIn(directory), `\`${demoName} --keep\``);
  }
  const key = config.client.key ?? (await keyIn(config.dataDir));
  return new ApiClient(urlOf(config), key);
}

/**
 * For commands that work on the databases of this installation, too: the API, where `GSW_API_KEY` says that it is to be
 * talked to and no organisation is named, which is for the databases.
 */
export function findApiOfKey({ organization }: { organization?: string }): ApiClient | undefined {
  const config = readConfig();
  const { key } = config.client;
  return key === undefined || organization !== undefined ? undefined : new ApiClient(urlOf(config), key);
}

export const urlOf = ({ client, http }: Config): string => client.url ?? ownUrl(http);

/** The key that an installation keeps for its own command line. */
export async function keyIn(dataDir: string): Promise<string> {
  const key = await readApiKey(dataDir);
  if (key) return key;
  throw new CliFailure(
    `There is no API key in ${apiKeyFile(dataDir)}. Run \`${commandName} setup\`, which makes one, set DATA_DIR to the folder of the installation, or set GSW_API_KEY.`,
  );
}

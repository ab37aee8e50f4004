/** `gsw credentials rotate-master`: all credentials under the current master key. */
import { randomBytes } from 'node:crypto';
import { Credential } from '../../../entities/projects/credential.ts';
import { type Config, readConfig } from '../../config.ts';
import type { Databases } from '../../databases/connect.ts';
import { openSystem } from '../../main.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import {
  forgetOwnPrevious,
  isOwnKey,
  keyringSource,
  renewOwnKey,
} from '../../security/vault/read-keyring.ts';
import { type Rotation, rotateMaster } from '../../security/vault/rotate-master.ts';
import { CliFailure } from '../failure.ts';
import { commandName, printJson, say } from '../output.ts';
import { stopSignal } from '../stop.ts';

export async function rotate({ json }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const stop = stopSignal(() => say('Stopping after the batch at work.'));
  const system = await openSystem(config);
  try {
    const { databases } = system.engine;
    if (isOwnKey(config) && !(await isUnderWay(databases, config))) {
      await renewOwnKey(config, () => randomBytes(32).toString('base64url'));
      if (!json) say('✓ made a new master key');
    }
    const rotation = await rotateMaster(databases, keyringSource(config), {
      signal: stop,
      onProgress: (done, total) => {
        if (!json) say(`  ${done} of ${total}`);
      },
    });
    const isDone = rotation.stillNeeded.length === 0;
    if (isDone && isOwnKey(config)) await forgetOwnPrevious(config);
    if (json) printJson({ ...rotation, done: isDone });
    else for (const line of linesOf(rotation, isOwnKey(config))) say(line);
    if (rotation.stuck.length > 0)
      throw new CliFailure('Some credentials could not be put under the current master key.');
    if (!isDone)
      throw new CliFailure(`Not done yet. Go on with \`${commandName} credentials rotate-master\`.`);
  } catch (error) {
    if (error instanceof VaultError) throw new CliFailure(error.message, undefined, { cause: error });
    throw error;
  } finally {
    await system.close();
  }
}

/** Whether an earlier rotation has not come to its end: then it goes on, under the key it has made. */
async function isUnderWay(databases: Databases, config: Config): Promise<boolean> {
  const { current } = await keyringSource(config)();
  const left = await databases.maintenance.projects((em) =>
    em.count(Credential, { masterKeyId: { $ne: current.id }, status: { $ne: 'revoked' } }),
  );
  return left > 0;
}

function linesOf({ masterKeyId, rewrapped, stuck, stillNeeded }: Rotation, isOwn: boolean): string[] {
  const done = `✓ ${rewrapped} put under the master key ${masterKeyId}; all are under it now.`;
  const mayGo = isOwn
    ? 'The old key is forgotten. A backup from before needs secrets.json from before.'
    : 'The previous keys may be removed from the settings, once every process runs with the current one; backups from before still need them.';
  if (stillNeeded.length === 0) return [done, mayGo];
  return [
    ...stuck.map(({ credentialId, reason }) => `! ${credentialId}: ${reason}`),
    `${rewrapped} put under the master key ${masterKeyId}. Still needed: ${stillNeeded.join(', ')}.`,
  ];
}

/** `gsw credentials rotate-master`: all credentials under the current master key. */
import { randomBytes } from 'node:crypto';
import { Credential } from '../../../entities/projects/credential.ts';
import { type Config, readConfig } from '../../config.ts';
import type { Databases } from '../../databases/connect.ts';
import { openSystem } from '../../main.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import {
  forgetOlderThanPrevious,
  isOwnKey,
  keyringSource,
  renewOwnKey,
} from '../../security/vault/read-keyring.ts';
import { type Rotation, rotateMaster } from '../../security/vault/rotate-master.ts';
import { CliFailure } from '../failure.ts';
import { commandName, printJson, say } from '../output.ts';
import { stopSignal } from '../stop.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 9. */
const lockKey = 0x67737709;

export async function rotate({ json }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const stop = stopSignal(() => say('Stopping after the batch at work.'));
  const system = await openSystem(config);
  try {
    const { databases } = system.engine;
    const rotation = await alone(databases, async () => {
      if (isOwnKey(config) && !(await isUnderWay(databases, config))) {
        await renewOwnKey(config, () => randomBytes(32).toString('base64url'));
        if (!json) say('✓ made a new master key');
      }
      const rotated = await rotateMaster(databases, keyringSource(config), {
        signal: stop,
        onProgress: (done, total) => {
          if (!json) say(`  ${done} of ${total}`);
        },
      });
      if (rotated.stillNeeded.length === 0 && isOwnKey(config)) await forgetOlderThanPrevious(config);
      return rotated;
    });
    const isDone = rotation.stillNeeded.length === 0;
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

/** A second rotation would make another key while rows are put under that of the first. */
function alone<T>(databases: Databases, work: () => Promise<T>): Promise<T> {
  return databases.maintenance.projects(async (em) => {
    const [lock] = await em.execute<{ held: boolean }[]>('select pg_try_advisory_xact_lock(?) as held', [
      lockKey,
    ]);
    if (!lock?.held) throw new CliFailure('Another rotation is at work. Wait until it has ended.');
    return work();
  });
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
    ? 'The old key is kept until the next rotation; those before it are forgotten, and backups from their time need the secrets.json of that time.'
    : 'The previous keys may be removed from the settings, once every process runs with the current one; backups from before still need them.';
  if (stillNeeded.length === 0) return [done, mayGo];
  return [
    ...stuck.map(({ credentialId, reason }) => `! ${credentialId}: ${reason}`),
    `${rewrapped} put under the master key ${masterKeyId}. Still needed: ${stillNeeded.join(', ')}.`,
  ];
}

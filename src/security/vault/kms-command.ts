/**
 * A key management service behind a command of the operator's, so that any of them will do:
 *
 *     VAULT_KMS_COMMAND wrap|unwrap KEY_ID CONTEXT
 *
 * The data key, or the wrapped one, comes in on stdin in base64; the answer is expected on stdout in base64. CONTEXT
 * (SHA-256 of what the key belongs to, in hex) is meant for the service's encryption context; where a command leaves
 * it out, a copied row still does not open, because the secret itself is bound to its row too.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { VaultError } from './envelope.ts';
import type { MasterKey } from './keyring.ts';

const timeoutMs = 30_000;
const isBase64 = /^[A-Za-z0-9+/=\s]+$/;

/** @param command run by `/bin/sh`; gets the three words as its last arguments */
export const kmsKey = (id: string, command: string): MasterKey => ({
  id,
  wrap: (dataKey, context) => ask(command, 'wrap', id, dataKey, context),
  unwrap: (wrapped, context) => ask(command, 'unwrap', id, wrapped, context),
});

function ask(
  command: string,
  verb: 'wrap' | 'unwrap',
  id: string,
  input: Uint8Array,
  context: Uint8Array,
): Promise<Buffer> {
  const digest = createHash('sha256').update(context).digest('hex');
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'kms', verb, id, digest], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let answer = '';
    const fail = (how: string) =>
      reject(new VaultError(`VAULT_KMS_COMMAND could not ${verb} with the key "${id}": ${how}.`));
    child.once('error', () => fail('it could not be started'));
    child.stdout.on('data', (text) => {
      answer += text;
    });
    // one that ends without reading is told by its exit code
    child.stdin.on('error', () => undefined);
    child.stdin.end(Buffer.from(input).toString('base64'));
    child.once('close', (code, signal) => {
      if (code !== 0) return fail(signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
      if (!isBase64.test(answer)) return fail('its answer is not base64');
      resolve(Buffer.from(answer, 'base64'));
    });
  });
}

import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Binding, open, rewrap, seal } from '../../src/security/vault/envelope.ts';
import { keyringOf, localKey } from '../../src/security/vault/keyring.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';

const keyring = keyringOf(localKey('one', randomBytes(32)));
const binding: Binding = {
  organizationId: randomUUID(),
  provider: 'github',
  kind: 'github_token',
  credentialId: randomUUID(),
};

describe('a sealed secret', () => {
  test('opens to what it was, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (secret) => {
        expect(await open(await seal(secret, binding, keyring), binding, keyring)).toBe(secret);
      }),
    );
  });

  test('is never the same twice, and shows nothing of the secret', async () => {
    const secret = 'ghp_aVeryLongSecretThatIsEasyToFind';
    const [one, other] = [await seal(secret, binding, keyring), await seal(secret, binding, keyring)];
    expect(one.sealedSecret).not.toEqual(other.sealedSecret);
    expect(one.sealedDataKey).not.toEqual(other.sealedDataKey);
    expect(Buffer.from(one.sealedSecret).includes(secret.slice(0, 6))).toBe(false);
  });

  test('does not open for another organisation, provider, kind or row', async () => {
    const sealed = await seal('ghp_secret', binding, keyring);
    for (const field of ['organizationId', 'provider', 'kind', 'credentialId'] as const) {
      const elsewhere = { ...binding, [field]: randomUUID() };
      await expect(open(sealed, elsewhere, keyring), field).rejects.toThrow(/cannot be opened/);
    }
  });

  test('is not opened with the data key of another secret', async () => {
    const [one, other] = [await seal('one', binding, keyring), await seal('other', binding, keyring)];
    const mixed = { ...one, sealedDataKey: other.sealedDataKey };
    await expect(open(mixed, binding, keyring)).rejects.toThrow(/cannot be opened/);
  });

  test('does not open when any bit of any byte of either blob is flipped', async () => {
    const secret = 'ghp_0123456789abcdef0123456789abcdef0123';
    const sealed = await seal(secret, binding, keyring);
    for (const blob of ['sealedSecret', 'sealedDataKey'] as const) {
      for (let at = 0; at < sealed[blob].length; at += 1) {
        const bytes = Buffer.from(sealed[blob]);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
        const failure = await open({ ...sealed, [blob]: bytes }, binding, keyring).catch((error) => error);
        expect(failure, `${blob} ${at}`).toBeInstanceOf(Error);
        expect(failure.message).toMatch(/cannot be opened/);
        expect(failure.message).not.toContain(secret);
      }
    }
  });

  test('does not open when it is cut, lengthened or put together from pieces', async () => {
    const sealed = await seal('ghp_0123456789abcdef', binding, keyring);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('sealedSecret', 'sealedDataKey'),
        fc.nat(80),
        fc.uint8Array({ maxLength: 40 }),
        async (blob, keep, tail) => {
          const bytes = Buffer.concat([sealed[blob].subarray(0, keep), tail]);
          fc.pre(Buffer.compare(bytes, sealed[blob]) !== 0);
          await expect(open({ ...sealed, [blob]: bytes }, binding, keyring)).rejects.toThrow();
        },
      ),
    );
  });

  test('does not open under another master key, even of the same name, and says which one it wants', async () => {
    const sealed = await seal('ghp_secret', binding, keyring);
    const imposter = keyringOf(localKey('one', randomBytes(32)));
    await expect(open(sealed, binding, imposter)).rejects.toThrow(/the master key is another than it was/);
    const stranger = keyringOf(localKey('two', randomBytes(32)));
    await expect(open(sealed, binding, stranger)).rejects.toThrow(
      /under the master key "one", which is not here. Give it in VAULT_PREVIOUS_MASTER_KEYS/,
    );
  });

  test('goes under a new master key without a change of the secret itself; the old key may then go', async () => {
    const sealed = await seal('ghp_secret', binding, keyring);
    const next = localKey('two', randomBytes(32));
    const moved = { ...sealed, ...(await rewrap(sealed, binding, keyringOf(next, [keyring.current]))) };
    expect(moved).toMatchObject({ masterKeyId: 'two', sealedSecret: sealed.sealedSecret });
    expect(await open(moved, binding, keyringOf(next))).toBe('ghp_secret');
    const renamed = { ...moved, masterKeyId: 'one' };
    const both = keyringOf(next, [keyring.current]);
    await expect(open(renamed, binding, both)).rejects.toThrow(/cannot be opened/);
  });
});

describe('master keys', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'gsw-keys-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const source = (environment: Record<string, string>) =>
    keyringSource(readConfig({ DATA_DIR: directory, ...environment }));
  const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

  test('come from the environment, with the previous ones', async () => {
    const before = await source({ VAULT_MASTER_KEY: first, VAULT_MASTER_KEY_ID: '2025' })();
    const sealed = await seal('s3cret', binding, before);
    expect(sealed.masterKeyId).toBe('2025');
    const after = await source({ VAULT_MASTER_KEY: second, VAULT_PREVIOUS_MASTER_KEYS: `2025:${first}` })();
    expect(after.current.id).toMatch(/^[0-9a-f]{12}$/);
    expect(await open(sealed, binding, after)).toBe('s3cret');
  });

  test('come from a file, which is read anew each time', async () => {
    const file = path.join(directory, 'keys');
    await writeFile(file, `# ours\n2025:${first}\n`);
    const ask = source({ VAULT_MASTER_KEY_FILE: file });
    const sealed = await seal('s3cret', binding, await ask());
    await writeFile(file, `2026:${second}\n2025:${first}\n`);
    expect((await ask()).current.id).toBe('2026');
    expect(await open(sealed, binding, await ask())).toBe('s3cret');
  });

  test('are made up and kept where none is given', async () => {
    const sealed = await seal('s3cret', binding, await source({})());
    expect(await open(sealed, binding, await source({})())).toBe('s3cret');
  });

  test('that are none are refused in words that do not show them', async () => {
    for (const wrong of ['c2hvcnQ=', 'id:c2hvcnQ=']) {
      await expect(source({ VAULT_MASTER_KEY: wrong })()).rejects.toThrow(
        /VAULT_MASTER_KEY holds no master key/,
      );
      await expect(source({ VAULT_MASTER_KEY: wrong })()).rejects.not.toThrow(/c2hvcnQ/);
    }
    const twice = {
      VAULT_MASTER_KEY: first,
      VAULT_MASTER_KEY_ID: 'x',
      VAULT_PREVIOUS_MASTER_KEYS: `x:${second}`,
    };
    await expect(source(twice)()).rejects.toThrow(/Two master keys are called "x"/);
  });

  test('stay at a key management service, behind a command', async () => {
    const command = path.join(directory, 'kms');
    // stands for a service: it keeps the encryption context with the bytes, and looks whether it is the same
    await writeFile(
      command,
      `#!/bin/sh\ncase "$1" in\nwrap) printf '%s.%s' "$3" "$(cat)" | base64 -w0;;\nunwrap) base64 -d | { IFS= read -r all; [ "\${all%%.*}" = "$3" ] || exit 7; printf '%s' "\${all#*.}"; };;\nesac\n`,
    );
    await chmod(command, 0o755);
    const ask = source({ VAULT_KMS_COMMAND: command, VAULT_MASTER_KEY_ID: 'alias/gsw' });
    const sealed = await seal('s3cret', binding, await ask());
    expect(sealed.masterKeyId).toBe('alias/gsw');
    expect(await open(sealed, binding, await ask())).toBe('s3cret');
    const elsewhere = { ...binding, organizationId: randomUUID() };
    await expect(open(sealed, elsewhere, await ask())).rejects.toThrow(
      'VAULT_KMS_COMMAND could not unwrap with the key "alias/gsw": it ended with exit code 7.',
    );
    await expect(source({ VAULT_KMS_COMMAND: command })()).rejects.toThrow(/VAULT_MASTER_KEY_ID must say/);
  });
});

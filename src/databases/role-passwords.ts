/** The passwords of the roles: from the environment, or else from the secrets file; and while they are being changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type LoginRole, loginRoles } from './names.ts';
import { passwordIsRight } from './passwords.ts';
import { knownSecrets, readSecrets, secretsWrittenAt } from './secrets-file.ts';

/** Under which name the secrets file keeps the password that is about to take the place of a role's own. */
export const nextOf = (role: string) => `next:${role}`;

/** Longer than a rotation takes between announcing a password and having set it, milliseconds. */
export const rotationPatienceMs = 8_000;

/**
 * Of every role.
 * @param make whether passwords that nobody has given yet are made up; otherwise they are empty
 */
export async function rolePasswords(
  { dataDir, rolePasswords: given }: Pick<Config, 'dataDir' | 'rolePasswords'>,
  make = true,
): Promise<Record<LoginRole, string>> {
  const own = generatedRoles(given);
  const kept: Record<string, string> = make ? await readSecrets(dataDir, own) : await knownSecrets(dataDir);
  return Object.fromEntries(loginRoles.map((role) => [role, given[role] ?? kept[role] ?? ''])) as Record<
    LoginRole,
    string
  >;
}

/** Those whose password is ours to change. */
export const generatedRoles = (given: Config['rolePasswords']): LoginRole[] =>
  loginRoles.filter((role) => given[role] === undefined);

/**
 * The password with which a connection may be opened now, to this URL. While it is being changed, waits for the new one to be valid:
 * an old one could be refused by the time it is looked at. Where a change was interrupted, finds out which one counts.
 */
export async function currentPassword(dataDir: string, role: string, url: string): Promise<string> {
  for (;;) {
    const secrets = await knownSecrets(dataDir);
    const next = secrets[nextOf(role)];
    const password = secrets[role] ?? decodeURIComponent(new URL(url).password);
    if (next === undefined) return password;
    const attempt = new URL(url);
    attempt.password = encodeURIComponent(next);
    if (await passwordIsRight(attempt.href)) return next;
    if (Date.now() - (await secretsWrittenAt(dataDir)) > rotationPatienceMs) return password;
    await sleep(50);
  }
}

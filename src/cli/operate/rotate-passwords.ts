/** `gsw setup rotate-passwords`: new passwords for the roles, without anybody noticing. */
import { readConfig } from '../../config.ts';
import { type LoginRole, loginRoles, passwordVariable } from '../../databases/names.ts';
import { generatedRoles } from '../../databases/role-passwords.ts';
import { rotatePasswords } from '../../databases/rotate-passwords.ts';
import { openServer } from '../../databases/server.ts';
import { closing } from '../closers.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { printJson, say } from '../output.ts';

export async function rotate({ role: wanted, json }: { role?: string[]; json?: boolean }): Promise<void> {
  const config = readConfig();
  const roles = wanted ? wanted.map(knownRole) : generatedRoles(config.rolePasswords);
  const given = roles.filter((role) => config.rolePasswords[role] !== undefined);
  if (given.length > 0) {
    throw new CliFailure(
      `The environment gives the passwords of ${given.join(', ')}, so they are not ours to change: change ${given.map(passwordVariable).join(', ')}, run setup, and start the processes anew.`,
    );
  }
  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    if (!server) {
      throw new CliFailure(
        'Every database has a URL of its own, so there is no role whose password is ours to change.',
      );
    }
    await rotatePasswords(config, server, roles);
  });
  if (json) printJson({ rotated: roles });
  else say(`✓ New passwords for ${roles.join(', ')}.`);
}

function knownRole(name: string): LoginRole {
  const role = loginRoles.find((known) => known === name);
  if (role) return role;
  throw usageFailure(`There is no role called ${name}; there are: ${loginRoles.join(', ')}.`);
}

/** That each role that logs in has the password which this installation knows. */
import pg from 'pg';
import { type LoginRole, passwordVariable } from './names.ts';
import type { Lack, Statement } from './requirements.ts';
import { scramVerifier } from './scram.ts';
import { codeOf, connectionError, withoutPassword } from './server-error.ts';
import type { Session } from './statements.ts';

/** Where a role logs in, with its password; without one where none is known. */
export type Login = { role: LoginRole; url: string };

export function setPassword(role: string, password: string): Statement {
  const set = `alter role ${pg.escapeIdentifier(role)} password`;
  return { sql: `${set} ${pg.escapeLiteral(scramVerifier(password))}`, shown: `${set} '…'` };
}

/** Only by logging in can one tell: what the server keeps of a password is for superusers to read. */
export const passwordRequirement = (logins: Login[]) => async (session: Session) => {
  const wrong = await Promise.all(
    logins.map(async ({ role, url }): Promise<Lack[]> => {
      const { password } = new URL(url);
      if (!session.absent && password !== '' && (await passwordIsRight(url))) return [];
      return [
        {
          difference:
            password === ''
              ? `no password of ${role} is known here: neither ${passwordVariable(role)} nor the secrets file has it`
              : `${role} has another password than this installation`,
          statements: [setPassword(role, decodeURIComponent(password))],
        },
      ];
    }),
  );
  return wrong.flat();
};

/** Whether the server takes it; what the role may do after that is another question. */
export async function passwordIsRight(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const code = codeOf(error);
    // 28000: no such role yet, or it may not log in
    if (code === '28P01' || code === '28000') return false;
    // no such database, no right to it: the password was looked at before
    if (code === '3D000' || code === '42501') return true;
    throw connectionError(error, withoutPassword(url));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The database server cannot be started, reached or set up; the message says why and how to mend it, no secrets. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

const messages: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there; start the server, or mend POSTGRES_HOST and POSTGRES_PORT',
  ENOTFOUND: 'there is no such host; mend POSTGRES_HOST',
  EAI_AGAIN: 'the host name could not be looked up; mend POSTGRES_HOST, or the name service',
  ETIMEDOUT: 'it does not answer; check the network and the firewall',
  EHOSTUNREACH: 'it cannot be reached; check the network and the firewall',
  ECONNRESET: 'it closed the connection; look into its log',
  '28P01': 'the password is wrong; run `gsw setup`, or mend the URL or POSTGRES_ADMIN_PASSWORD',
  '28000': 'the role may not log in; run `gsw setup`, or mend the URL',
  '3D000': 'the database does not exist; run `gsw setup`',
  '42501': 'the role may not use this database; run `gsw setup`',
  '53300': 'the server has no connection left; raise its max_connections, or run fewer processes',
  '57P03': 'the server is still starting or stopping; try again in a moment',
};

/** Turns a failed connection into a sentence with its mend. `target` is what was to be reached, without a password. */
export function connectionError(error: unknown, target: string): ServerError {
  const code = codeOf(error);
  const known = code === undefined ? undefined : messages[code];
  const reason = known ?? (error instanceof Error && error.message ? error.message : String(error));
  return new ServerError(`Cannot connect to ${target}: ${reason}.`, { cause: error });
}

/** The code of the innermost cause that has one: PostgreSQL's five characters, or the system's name. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

/** PostgreSQL cannot hold a value: trying the same again helps nothing. */
export const isDataException = (error: unknown): boolean => /^22[\dA-Z]{3}$/.test(codeOf(error) ?? '');

/** A connection URL as it may be shown: without its password. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

import { ConfigError } from '../config.ts';
import { codeOf } from '../databases/server-error.ts';

/** Why a port could not be opened, as a {@link ConfigError} that says how to mend it. */
export function portError(
  error: unknown,
  { host, port, variable }: { host: string; port: number; variable: string },
): unknown {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken by another process; set ${variable} to a free one.`,
    EACCES: `Port ${port} may not be opened by this user; set ${variable} to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${host}; set HOST to one it has, such as 127.0.0.1.`,
    ENOTFOUND: `There is no host ${host}; set HOST to an address of this machine, such as 127.0.0.1.`,
  };
  const sentence = sentences[codeOf(error) ?? ''];
  return sentence ? new ConfigError(sentence, { cause: error }) : error;
}

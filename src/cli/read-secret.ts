/** A secret as a person gives it: by pipe or in a variable, so that it stays out of the shell history. */
import { text } from 'node:stream/consumers';
import { usageFailure } from './failure.ts';

/** Throws a usage failure where there is none. */
export async function readSecret(variable: string | undefined): Promise<string> {
  if (variable !== undefined) {
    const value = process.env[variable];
    if (!value) throw usageFailure(`The variable ${variable} is not set, or empty.`);
    return value;
  }
  if (process.stdin.isTTY) {
    throw usageFailure(
      'The value is read from stdin, so that it stays out of the shell history: `… < FILE`, or --from-env VARIABLE.',
    );
  }
  return text(process.stdin);
}

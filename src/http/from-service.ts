import { PermanentFailure, RetryLater, reasonOf, WaitForPeople } from '../engine/errors.ts';
import { Problem } from './problem.ts';

/** What an outside service was asked for while somebody waits; what it refuses becomes a problem that says so. */
export async function fromService<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PermanentFailure) throw new Problem('conflict', error.message);
    if (error instanceof WaitForPeople) {
      throw new Problem('conflict', `${name} cannot be asked before somebody helps: ${error.message}.`);
    }
    const seconds =
      error instanceof RetryLater ? Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1_000)) : 5;
    throw new Problem('unavailable', `${name} cannot be asked now: ${reasonOf(error)}. Try again later.`, {
      headers: { 'Retry-After': String(seconds) },
    });
  }
}

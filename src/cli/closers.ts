/** What has been opened, to be closed in the opposite order, whatever happens. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];

  /** Notes how to close what was just opened. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Closes everything; the first failure is thrown when all have had their turn. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Runs a piece of work that opens things, and closes them when it ends. */
export async function closing<T>(work: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = new Closers();
  let result: T;
  try {
    result = await work(closers);
  } catch (error) {
    // the reason why it failed matters more than what then failed to close
    await closers.close().catch(() => undefined);
    throw error;
  }
  await closers.close();
  return result;
}

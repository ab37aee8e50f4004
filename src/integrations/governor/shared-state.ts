/** One small text under each key that all workers share and change one after the other. It may be lost at any time. */

/** Where it is kept. */
export type Store = {
  /** The text, or null; and the time by the clock there, milliseconds since 1970. */
  read(key: string): Promise<{ now: number; text: string | null }>;
  /** Writes if the text is still the expected one; whether it was. It is forgotten `ttlMs` after the last write. */
  swap(key: string, expected: string | null, text: string, ttlMs: number): Promise<boolean>;
  close(): Promise<void>;
};

export type SharedState = {
  /** Calls `work` with the text, again where another was faster, and writes what it gives. */
  change<Result>(
    key: string,
    work: (text: string | null, now: number) => { text: string; result: Result },
  ): Promise<Result>;
  close(): Promise<void>;
};

/** Budgets of an hour are remembered until they are over. */
const ttlMs = 2 * 60 * 60_000;
const attempts = 200;

export function sharedState(store: Store): SharedState {
  // those of this process do not compete with each other
  const turns = new Map<string, Promise<unknown>>();
  const changeNow: SharedState['change'] = async (key, work) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { now, text } = await store.read(key);
      const changed = work(text, now);
      if (changed.text === text || (await store.swap(key, text, changed.text, ttlMs))) return changed.result;
    }
    throw new Error(
      `the shared state of rate limits changes faster than it can be written (${attempts} attempts)`,
    );
  };
  return {
    change: (key, work) => {
      const turn = (turns.get(key) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => changeNow(key, work));
      turns.set(key, turn);
      const leave = () => {
        if (turns.get(key) === turn) turns.delete(key);
      };
      turn.then(leave, leave);
      return turn;
    },
    close: () => store.close(),
  };
}

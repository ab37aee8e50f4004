/** Counts wrong keys per address, in this process: ten in a minute, then a pause. Keys cannot be guessed all the same. */

const windowMs = 60_000;
const allowed = 10;
const remembered = 10_000;

export class FailedLogins {
  readonly #addresses = new Map<string, { count: number; until: number }>();

  note(address: string): void {
    const now = Date.now();
    if (this.#addresses.size >= remembered) this.#forget(now);
    const known = this.#addresses.get(address);
    if (known && known.until > now) known.count += 1;
    else this.#addresses.set(address, { count: 1, until: now + windowMs });
  }

  /** Seconds until this address may try again; 0 where it may now. */
  pauseOf(address: string): number {
    const known = this.#addresses.get(address);
    if (!known || known.count < allowed) return 0;
    return Math.max(0, Math.ceil((known.until - Date.now()) / 1000));
  }

  #forget(now: number): void {
    for (const [address, { until }] of this.#addresses) if (until <= now) this.#addresses.delete(address);
    if (this.#addresses.size >= remembered) this.#addresses.clear();
  }
}

/** Chance that repeats itself: the same seed gives the same rows. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both bounds included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  yes(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(of: readonly T[]): T {
    return of[this.int(0, of.length - 1)] as T;
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.int(0, 15).toString(16)).join('');
  }

  uuid(): string {
    return [this.hex(8), this.hex(4), `4${this.hex(3)}`, `8${this.hex(3)}`, this.hex(12)].join('-');
  }

  /** A moment of the year 2025, with microseconds. */
  moment(): string {
    return this.after('2025-01-01T00:00:00.000000+00', 0, 330 * 24 * 3600);
  }

  /** Some seconds after another moment. */
  after(moment: string, low: number, high: number): string {
    const at = new Date(Date.parse(`${moment.slice(0, 19)}Z`) + this.int(low, high) * 1000);
    return `${at.toISOString().slice(0, 19)}.${String(this.int(0, 999_999)).padStart(6, '0')}+00`;
  }
}

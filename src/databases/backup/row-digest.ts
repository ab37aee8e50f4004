/** Counts the rows of a COPY in text form as they pass, and sums them up in a digest that their order does not change. */
import { hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

const newline = 0x0a;

/**
 * The digest is the sum of the rows' SHA-256, each taken as eight numbers of 32 bits: PostgreSQL promises no order of
 * rows, and a sum, unlike an exclusive or, tells one row from three of it. In text form a row is a line, for line ends
 * inside of values are escaped.
 */
export class RowDigest extends Transform {
  rows = 0;
  readonly #sum = new Uint32Array(8);
  #rest: Buffer | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let start = 0;
    for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, start)) {
      this.#add(data.subarray(start, end));
      start = end + 1;
    }
    this.#rest = start < data.length ? data.subarray(start) : undefined;
    done(null, chunk);
  }

  /** A file that was cut off may end in half a row: that is another digest, too. */
  override _flush(done: TransformCallback): void {
    if (this.#rest) this.#add(this.#rest);
    done();
  }

  /** Hexadecimal. */
  digest(): string {
    return Buffer.from(this.#sum.buffer).toString('hex');
  }

  #add(row: Buffer): void {
    const value = hash('sha256', row, 'buffer');
    for (let lane = 0; lane < 8; lane++) {
      this.#sum[lane] = (this.#sum[lane] as number) + value.readUInt32LE(lane * 4);
    }
    this.rows += 1;
  }
}

/**
 * Several prepared statements in one transaction and one round trip. The extended protocol makes a transaction of what
 * comes before one Sync, so neither `begin` nor `commit` is sent; a statement that fails undoes those before it. `pg`
 * itself would sync, and wait, after each.
 * Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import type { EntityClass } from '@mikro-orm/postgresql';
import pg from 'pg';

/** Parsed once per connection. */
export type Statement = {
  /** Unique in the program: what the connection knows it by. */
  name: string;
  text: string;
};

/** With one value for each of its parameters. */
export type Call<Row extends object = object> = {
  statement: Statement;
  values: readonly unknown[];
  /** The rows are those of this entity's table. */
  as?: EntityClass<Row>;
};

/** The rows of calls, in order. */
export type RowsOf<Calls extends readonly Call[]> = {
  -readonly [I in keyof Calls]: Calls[I] extends Call<infer Row> ? Row[] : never;
};

/**
 * Gives the rows of each call as `pg` reads them. Throws what the server says of the first one that failed.
 * @param prepares whether the connection is to know the statements the next time
 */
export async function roundTrip(pool: pg.Pool, calls: readonly Call[], prepares = true): Promise<object[][]> {
  const client = await pool.connect();
  try {
    const results = await new Promise<pg.QueryResult[]>((resolve, reject) => {
      client.query(
        new Trip(calls, prepares, pool.options.types, (error, all) => (error ? reject(error) : resolve(all))),
      );
    });
    client.release();
    return results.map(({ rows }) => rows);
  } catch (error) {
    // an answer of the server leaves the connection usable; anything else does not
    client.release(!(error instanceof pg.DatabaseError));
    throw error;
  }
}

type Done = (error: Error | null, results: pg.QueryResult[]) => void;

/** What `pg` keeps of the wire, as far as `Query` and this class need it. */
type Wire = {
  sync(): void;
  stream: { cork(): void; uncork(): void };
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
};

/** A query of `pg` as its client drives it. */
type Driven = {
  name: string;
  text: string;
  submit(wire: Wire): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
};

/** Looks to the client like one query, and hands what the server answers to the one that it is about. */
class Trip implements pg.Submittable {
  readonly callback: Done;
  readonly #queries: Driven[];
  readonly #results: pg.QueryResult[] = [];
  #at = 0;

  constructor(
    calls: readonly Call[],
    prepares: boolean,
    types: pg.CustomTypesConfig | undefined,
    done: Done,
  ) {
    this.callback = done;
    this.#queries = calls.map(({ statement, values }) => {
      const callback = (error: Error | null, result: pg.QueryResult) => {
        if (error) this.callback(error, []);
        else this.#results.push(result);
      };
      return new pg.Query({
        // without a name and without values it would go by the simple protocol, which ends what came before it
        ...(prepares ? statement : { text: statement.text, queryMode: 'extended' }),
        values: [...values],
        types,
        callback,
      } as never) as unknown as Driven;
    });
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    const unsynced = Object.create(wire, { sync: { value: () => {} } }) as Wire;
    wire.stream.cork();
    for (const query of this.#queries) {
      const error = query.submit(unsynced);
      if (error) process.nextTick(() => this.callback(error, []));
    }
    wire.sync();
    wire.stream.uncork();
  }

  /** The client notes under this name what the server has parsed. */
  get name(): string | undefined {
    return this.#queries[this.#at]?.name;
  }

  get text(): string | undefined {
    return this.#queries[this.#at]?.text;
  }

  handleRowDescription(message: unknown): void {
    this.#queries[this.#at]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#at]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, wire: Wire): void {
    this.#queries[this.#at]?.handleCommandComplete(message, wire);
    this.#at += 1;
  }

  handleReadyForQuery(wire: Wire): void {
    for (const query of this.#queries) query.handleReadyForQuery(wire);
    this.callback(null, this.#results);
  }

  handleError(error: Error, wire: Wire): void {
    // the server passed over the rest, so it has not parsed it either
    for (const { name } of this.#queries.slice(this.#at)) delete wire.submittedNamedStatements[name];
    this.callback(error, []);
  }
}

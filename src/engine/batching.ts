/**
 * Has done together what concurrent callers want of one kind: while one batch is on its way, the next one gathers. So
 * a busy worker pays for a round trip and a commit once for many jobs, and an idle one waits for nobody.
 */

type Wanted<Item, Result> = { item: Item; resolve(result: Result): void; reject(reason: unknown): void };

/**
 * Does one piece of work for each item, in one transaction, and gives a result for each, in their order. Where it
 * throws, each item is tried alone, so that one that cannot be done does not keep the others from it.
 */
type Together<Scope, Item, Result> = (
  scope: Scope,
  organizationId: string,
  items: readonly Item[],
) => Promise<readonly Result[]>;

/**
 * Only what has the same scope, an object by identity, and the same organisation is done together.
 * @param most items in one batch
 */
export function batching<Scope extends object, Item, Result>(
  together: Together<Scope, Item, Result>,
  most = 200,
): (scope: Scope, organizationId: string, item: Item) => Promise<Result> {
  /** What waits for its batch, while there is anything or a batch is on its way. */
  const lines = new WeakMap<Scope, Map<string, Wanted<Item, Result>[]>>();

  async function work(scope: Scope, organizationId: string, line: Wanted<Item, Result>[]): Promise<void> {
    while (line.length > 0) {
      const batch = line.splice(0, most);
      const of = (wanted: typeof batch) =>
        together(
          scope,
          organizationId,
          wanted.map(({ item }) => item),
        );
      try {
        const results = await of(batch);
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else {
          await Promise.all(
            batch.map((one) => of([one]).then(([result]) => one.resolve(result as Result), one.reject)),
          );
        }
      }
    }
    lines.get(scope)?.delete(organizationId);
  }

  return (scope, organizationId, item) =>
    new Promise((resolve, reject) => {
      const ofScope = lines.get(scope) ?? new Map<string, Wanted<Item, Result>[]>();
      lines.set(scope, ofScope);
      const line = ofScope.get(organizationId);
      if (line) {
        line.push({ item, resolve, reject });
        return;
      }
      const started = [{ item, resolve, reject }];
      ofScope.set(organizationId, started);
      // what else came with the same packet from the queue joins in
      setImmediate(() => void work(scope, organizationId, started));
    });
}

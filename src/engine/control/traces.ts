/** What a workflow has left in the outside world, read from its receipts. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { Catalogue, Trace } from '../define.ts';

export type Traces = {
  /** What is there as far as is known, in the order in which it was made. */
  left: Trace[];
  /** What was there and is no more: merged, closed, deleted, ended. */
  gone: Trace[];
};

/** @param operations of one workflow, superseded ones included */
export function tracesOf(
  { operations: definitions }: Pick<Catalogue, 'operations'>,
  operations: readonly Operation[],
): Traces {
  const definitionOf = new Map(definitions.map((definition) => [definition.name, definition]));
  const made = new Map<string, Trace>();
  const cleared = new Set<string>();
  const inOrder = operations
    .filter((operation) => operation.status === 'succeeded')
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  for (const { operationType, input, output } of inOrder) {
    const definition = definitionOf.get(operationType);
    for (const trace of definition?.traces?.(input, output) ?? []) {
      made.set(nameOf(trace), trace);
      cleared.delete(nameOf(trace));
    }
    for (const trace of definition?.clears?.(input, output) ?? []) cleared.add(nameOf(trace));
  }
  const all = [...made.values()];
  return {
    left: all.filter((trace) => !cleared.has(nameOf(trace))),
    gone: all.filter((trace) => cleared.has(nameOf(trace))),
  };
}

const nameOf = ({ kind, id }: Pick<Trace, 'kind' | 'id'>): string => `${kind}/${id}`;

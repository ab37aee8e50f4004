/** Relay connections over plain lists: 50 nodes a page unless told, cursors are ids. */
import { invalidInput, notImplemented } from './refusals.ts';

export type Paging = {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  includeArchived?: boolean | null;
  orderBy?: string | null;
  sort?: unknown;
};

type Row = { id: string; archivedAt: string | null };

const pageLimit = 250;

/** One page of the rows, oldest first; archived ones only where asked for. Throws where a cursor is not of the rows. */
export function connection<Node extends Row>(rows: Node[], paging: Paging) {
  if (paging.sort) throw notImplemented('the argument sort');
  if (paging.orderBy === 'updatedAt') throw notImplemented('orderBy: updatedAt');
  const all = rows.filter((row) => paging.includeArchived || row.archivedAt === null);
  const start = paging.after ? indexOf(all, paging.after) + 1 : 0;
  const end = paging.before ? indexOf(all, paging.before) : all.length;
  const size = paging.first ?? paging.last ?? 50;
  if (size < 1 || size > pageLimit) {
    throw invalidInput(`Argument Validation Error - first must be between 1 and ${pageLimit}.`);
  }
  const within = all.slice(start, end);
  const nodes = paging.last ? within.slice(-size) : within.slice(0, size);
  const from = paging.last ? end - nodes.length : start;
  return {
    nodes,
    edges: nodes.map((node) => ({ node, cursor: node.id })),
    pageInfo: {
      hasPreviousPage: from > 0,
      hasNextPage: from + nodes.length < all.length,
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}

function indexOf(rows: Row[], cursor: string): number {
  const index = rows.findIndex((row) => row.id === cursor);
  if (index < 0) throw invalidInput(`The cursor ${cursor} is not known.`);
  return index;
}

import type { Page } from './documents.ts';

/** The nodes of a list, page by page, for as long as somebody asks for more. */
export async function* nodesOf<Node>(
  page: (after: string | null) => Promise<Page<Node>>,
): AsyncGenerator<Node> {
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Page<Node> = await page(after);
    yield* nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
}

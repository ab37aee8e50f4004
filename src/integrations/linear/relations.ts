/** Relations between issues. */
import * as documents from './documents.ts';
import { nodesOf } from './pages.ts';
import type { LinearRequests } from './requests.ts';

type Relation = { issueId: string; relatedIssueId: string; type: string };

const none: documents.Page<documents.RelationNode> = {
  nodes: [],
  pageInfo: { hasNextPage: false, endCursor: null },
};

/** The id of the relation, found among those of the issue; null where it is not, or the issue itself is not. */
export async function findRelation({ find }: LinearRequests, relation: Relation): Promise<string | null> {
  const all = nodesOf(async (after) => {
    const answer = await find('Issue', documents.relationsOfIssue, { id: relation.issueId, after });
    return answer?.issue.relations ?? none;
  });
  for await (const { id, type, relatedIssue } of all) {
    if (type === relation.type && relatedIssue.id === relation.relatedIssueId) return id;
  }
  return null;
}

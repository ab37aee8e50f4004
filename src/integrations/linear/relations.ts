/** Relations between issues. */
import * as documents from './documents.ts';
import type { LinearRequests } from './requests.ts';

type Relation = { issueId: string; relatedIssueId: string; type: string };

/** The id of the relation, found among those of the issue; null where it is not, or the issue itself is not. */
export async function findRelation({ find }: LinearRequests, relation: Relation): Promise<string | null> {
  let after: string | null = null;
  do {
    const answer: { issue: { relations: documents.Page<documents.RelationNode> } } | null = await find(
      'Issue',
      documents.relationsOfIssue,
      { id: relation.issueId, after },
    );
    if (!answer) return null;
    const { nodes, pageInfo }: documents.Page<documents.RelationNode> = answer.issue.relations;
    const found = nodes.find(
      ({ type, relatedIssue }) => type === relation.type && relatedIssue.id === relation.relatedIssueId,
    );
    if (found) return found.id;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return null;
}

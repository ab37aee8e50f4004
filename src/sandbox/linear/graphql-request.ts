/** What a GraphQL request over HTTP is about, read before it is executed: for the log, the faults and the limits. */
import type { Request } from 'express';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';

/** The first root field asked for, such as `issueCreate`; undefined where the body is no GraphQL. */
export function rootFieldOf(request: Request): string | undefined {
  const { query, operationName } = (request.body ?? {}) as { query?: unknown; operationName?: unknown };
  if (typeof query !== 'string') return undefined;
  try {
    const operations = parse(query, { noLocation: true }).definitions.filter(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
    const field = operation?.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
    return field?.kind === Kind.FIELD ? field.name.value : undefined;
  } catch {
    return undefined; // The server proper answers a query that does not parse.
  }
}

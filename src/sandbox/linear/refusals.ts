/** Errors in the form in which Linear gives them, so that the SDK raises the error class it would raise for Linear. */
import { createGraphQLError } from 'graphql-yoga';

export function invalidInput(message: string) {
  return createGraphQLError(message, {
    extensions: {
      type: 'invalid input',
      code: 'INPUT_ERROR',
      statusCode: 400,
      userError: true,
      userPresentableMessage: message,
    },
  });
}

/** @param entity the type's name, such as `Issue` */
export function notFound(entity: string) {
  return createGraphQLError(`Entity not found: ${entity}`, {
    extensions: {
      type: 'invalid input',
      code: 'INPUT_ERROR',
      statusCode: 400,
      userError: true,
      userPresentableMessage: `Could not find referenced ${entity}.`,
    },
  });
}

/** @param what a root field, a field such as `Issue.reactions`, or an input such as `IssueCreateInput.assigneeId` */
export function notImplemented(what: string) {
  const message = `the Linear sandbox does not implement ${what}`;
  return createGraphQLError(message, {
    extensions: {
      type: 'graphql error',
      code: 'NOT_IMPLEMENTED',
      statusCode: 501,
      userPresentableMessage: message,
    },
  });
}

/** The answer to a missing or unknown API key; Linear gives it with HTTP 401, before it looks at the query. */
export const authenticationRefusal = {
  errors: [
    {
      message: 'Authentication required, not authenticated',
      extensions: {
        type: 'authentication error',
        code: 'AUTHENTICATION_ERROR',
        statusCode: 401,
        userError: true,
        userPresentableMessage: 'You need to authenticate to access this operation.',
      },
    },
  ],
};

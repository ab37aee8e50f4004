/** The types of the API for programs that know nothing of zod: made from its document. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { openApiDocument } from './openapi.ts';
import { routes } from './routes/index.ts';

const banner =
  '/** What goes over the wire. Written from the routes by `npm run docs:write`; not to be changed by hand. */';

export async function documentTypes(): Promise<string> {
  const text = JSON.stringify(openApiDocument(routes, '').components?.schemas);
  const schemas = JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Record<
    string,
    JSONSchema
  >;
  const root: JSONSchema = {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(schemas),
    properties: Object.fromEntries(
      Object.keys(schemas).map((name) => [name, { $ref: `#/definitions/${name}` }]),
    ),
    definitions: schemas,
  };
  return compile(root, 'ApiTypes', {
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110, trailingComma: 'all' },
  });
}

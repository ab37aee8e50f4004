/** Holds every answer against our own OpenAPI document: what it says of the API is what goes over the wire. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../src/http/openapi.ts';
import { routes } from '../../src/http/routes/index.ts';

type Content = { schema: object };
type Documented = { responses: Record<string, { content?: Record<string, Content> }> };

const document = JSON.parse(JSON.stringify(openApiDocument(routes, 'test')));
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'api');

const paths = Object.keys(document.paths as Record<string, unknown>)
  .map((template) => ({ template, pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
  .sort((one, other) => one.template.split('{').length - other.template.split('{').length);

const step = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Throws where the document does not allow the answer. Passes over what is no route of the API. */
export function expectDocumented(method: string, path: string, answer: Response, body: unknown): void {
  const { pathname } = new URL(path, 'http://api');
  const template = paths.find(({ pattern }) => pattern.test(pathname))?.template;
  if (!template || answer.status === 405) return;
  const verb = method.toLowerCase();
  const operation = (document.paths[template] as Record<string, Documented>)[verb];
  if (!operation) return;
  const status = String(answer.status);
  if (answer.ok && !operation.responses[status]) {
    throw new Error(`${method} ${template} answers ${status}, which the document does not know`);
  }
  const known = operation.responses[status] ? status : 'default';
  const [type] = (answer.headers.get('content-type') ?? '').split(';');
  const content = operation.responses[known]?.content;
  if (!content) {
    if (body !== null) throw new Error(`${method} ${template} ${status} has a body against the document`);
    return;
  }
  if (!type || !content[type]) {
    throw new Error(`${method} ${template} ${status} answers with ${type}: not in the document`);
  }
  const pointer = `/paths/${step(template)}/${verb}/responses/${known}/content/${step(type)}/schema`;
  const check = ajv.getSchema(`api#${pointer}`);
  if (!check) throw new Error(`the document has nothing at ${pointer}`);
  if (check(body)) return;
  throw new Error(
    `${method} ${template} ${status}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(body)}`,
  );
}

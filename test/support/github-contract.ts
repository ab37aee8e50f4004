/** Holds every request and every answer against GitHub's published OpenAPI document: the oracle for adapter and sandbox. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

type Schema = { $ref?: string; properties?: Record<string, Schema>; enum?: unknown[]; nullable?: boolean };
type Content = { content?: { 'application/json'?: { schema: Schema } }; $ref?: string };
type Parameter = { name: string; in: string; $ref?: string };
type Operation = { parameters?: Parameter[]; requestBody?: Content; responses: Record<string, Content> };
type Path = Record<string, Operation>;

/** A request or an answer that GitHub's document does not allow. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
// A value that may be null has to be among its `enum` too; the document leaves it out.
const document = JSON.parse(readFileSync(file, 'utf8'), (_key, value) =>
  value?.nullable && Array.isArray(value.enum) ? { ...value, enum: [...value.enum, null] } : value,
) as { paths: Record<string, Path> };

const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(document, 'github');
const validators = new Map<string, ValidateFunction>();

const templates = Object.keys(document.paths)
  .map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '([^/]+)')}$`),
    variables: template.split('{').length,
  }))
  .sort((one, other) => one.variables - other.variables);

/** What has been checked, as `POST /repos/{owner}/{repo}/pulls 201`. */
export const checkedCalls = new Set<string>();

/** A `fetch` that throws {@link ContractViolation}; for a GitHub API that is served at the root of its host. */
export const contractFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  const found = templates.find(({ pattern }) => pattern.test(url.pathname));
  const method = request.method.toLowerCase();
  const operation = found && document.paths[found.template]?.[method];
  if (!operation) throw new ContractViolation(`GitHub has no ${request.method} ${url.pathname}`);
  const pointer = `#/paths/${escape(found.template)}/${method}`;
  const name = `${request.method} ${found.template}`;
  checkQuery(name, operation, url);
  const body = await request.clone().text();
  if (operation.requestBody || body) checkRequest(name, pointer, operation, body);

  const response = await fetch(request);
  const answer = await response.clone().text();
  checkAnswer(`${name} ${response.status}`, pointer, operation, response.status, answer);
  checkedCalls.add(`${name} ${response.status}`);
  return response;
};

function checkQuery(name: string, operation: Operation, url: URL): void {
  const known = (operation.parameters ?? []).map((parameter) => at<Parameter>(parameter).name);
  for (const key of url.searchParams.keys()) {
    if (!known.includes(key)) throw new ContractViolation(`${name}: no parameter ${key}`);
  }
}

function checkRequest(name: string, pointer: string, operation: Operation, body: string): void {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (!schema) throw new ContractViolation(`${name}: takes no body`);
  if (!body) return;
  const value = JSON.parse(body);
  check(`${name}: request`, `${pointer}/requestBody/content/application~1json/schema`, value);
  const { properties } = at<Schema>(schema);
  // The document allows unknown fields, but GitHub ignores them: a misspelt one would be lost.
  for (const key of properties ? Object.keys(value) : []) {
    if (!properties?.[key]) throw new ContractViolation(`${name}: no field ${key}`);
  }
}

function checkAnswer(
  name: string,
  pointer: string,
  { responses }: Operation,
  status: number,
  body: string,
): void {
  const documented = responses[status];
  if (!documented) {
    if (status < 400) throw new ContractViolation(`${name}: GitHub does not answer so`);
    // Errors that any route may give are left out of the document.
    return check(name, '#/components/schemas/basic-error', JSON.parse(body));
  }
  const place = documented.$ref ?? `${pointer}/responses/${status}`;
  const hasSchema = at<Content>(documented).content?.['application/json'];
  if (hasSchema) return check(name, `${place}/content/application~1json/schema`, JSON.parse(body));
  if (status < 400 && body) throw new ContractViolation(`${name}: has no body`);
}

function check(name: string, pointer: string, value: unknown): void {
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `github${pointer}` });
    validators.set(pointer, validate);
  }
  if (!validate(value)) throw new ContractViolation(`${name}: ${ajv.errorsText(validate.errors)}`);
}

/** What a `$ref` points at, or the value itself. */
function at<T extends { $ref?: string }>(value: T): T {
  if (!value.$ref) return value;
  const steps = value.$ref.slice(2).split('/');
  return steps.reduce<unknown>(
    (node, step) => (node as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  ) as T;
}

function escape(template: string): string {
  return template.replaceAll('~', '~0').replaceAll('/', '~1');
}

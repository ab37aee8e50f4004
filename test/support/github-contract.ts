/** Holds every request and every answer against GitHub's published OpenAPI document: the oracle for adapter and sandbox. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

type Schema = { $ref?: string; properties?: Record<string, Schema>; anyOf?: Schema[] };
type Content = { content?: { 'application/json'?: { schema: Schema } }; $ref?: string };
type Parameter = { name: string; in: string; $ref?: string };
type Operation = { parameters?: Parameter[]; requestBody?: Content; responses: Record<string, Content> };
type Path = Record<string, Operation>;

/** A request or an answer that GitHub's document does not allow. */
class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const document = withNulls(JSON.parse(readFileSync(file, 'utf8'))) as { paths: Record<string, Path> };

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

/** A `fetch` that throws a ContractViolation; for a GitHub API that is served at the root of its host. */
export const contractFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  const found = templates.find(({ pattern }) => pattern.test(url.pathname));
  const method = request.method.toLowerCase();
  const operation = found && document.paths[found.template]?.[method];
  if (!operation) throw new ContractViolation(`GitHub has no ${request.method} ${url.pathname}`);
  const pointer = `#/paths/${escapePointer(found.template)}/${method}`;
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
  const { anyOf, properties = anyOf?.[0]?.properties } = at<Schema>(schema);
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
    check(name, '#/components/schemas/basic-error', JSON.parse(body));
    return;
  }
  const place = documented.$ref ?? `${pointer}/responses/${status}`;
  if (at<Content>(documented).content?.['application/json']) {
    check(name, `${place}/content/application~1json/schema`, JSON.parse(body));
  } else if (status < 400 && body) {
    throw new ContractViolation(`${name}: has no body`);
  }
}

function check(name: string, pointer: string, value: unknown): void {
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `github${pointer}` });
    validators.set(pointer, validate);
  }
  if (!validate(value)) throw new ContractViolation(`${name}: ${ajv.errorsText(validate.errors)}`);
}

/** Says `nullable` the way Ajv understands it: not without a `type`, and null is a member of an `enum`. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withNulls(child)]),
  );
  if (nullable !== true) return nullable === undefined ? rest : { ...rest, nullable };
  return { anyOf: [rest, { type: 'null' }] };
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

function escapePointer(template: string): string {
  return template.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Values that a JSON schema of our own document allows, and values that it does not. */
import fc from 'fast-check';

export type Schema = {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  format?: string;
  pattern?: string;
  additionalProperties?: boolean | Schema;
};

/** What is nobody's friend: in a text, a number, a key. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    '\0',
    '\ud800',
    '../../etc/passwd',
    "'; drop table workflow_executions; --",
    '{{7*7}}<script>alert(1)</script>',
    '__proto__',
    'constructor',
    '%00%ff',
    'é'.repeat(300),
    '9'.repeat(400),
    '2026-13-45T99:99:99Z',
    [],
    {},
    [[[[]]]],
    { __proto__: null, toString: 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** @param defs what `$ref`s lead to */
export function allowedBy(schema: Schema, defs: Record<string, Schema>): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if ($ref) return allowedBy(defs[$ref.split('/').at(-1) as string] as Schema, defs);
  const choices = anyOf ?? oneOf;
  if (choices) return fc.oneof(...choices.map((one) => allowedBy(one, defs)));
  if (allOf)
    return fc.tuple(...allOf.map((one) => allowedBy(one, defs))).map((all) => Object.assign({}, ...all));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (type) {
    case 'object':
      return objectOf(schema, defs);
    case 'array':
      return fc.array(schema.items ? allowedBy(schema.items, defs) : fc.jsonValue(), { maxLength: 3 });
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -1e6),
        max: Math.min(schema.maximum ?? 1e6, 1e6),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf({ properties = {}, required = [] }: Schema, defs: Record<string, Schema>) {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, allowedBy(one, defs)]),
  );
  return fc.record(fields, { requiredKeys: required });
}

function textOf({ format, pattern, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 4 });
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  // what a pattern says is guessed at: values of the kind that people send
  if (pattern) return fc.constantFrom('acme/widgets', '1h', '90m', '3d', 'main', 'feature/one', 'order-1');
  return fc.string({ unit: 'grapheme', maxLength: Math.min(maxLength, 60) });
}

/** The value with one place of it made into something else. */
export function bent(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  return fc.tuple(fc.constantFrom(...places), hostile).map(([place, other]) => {
    const copy = structuredClone({ value });
    let at: Record<string, unknown> = copy;
    for (const step of place.slice(0, -1)) at = at[step] as Record<string, unknown>;
    at[place.at(-1) as string] = other;
    return copy.value;
  });
}

function placesIn(value: unknown, path: string[] = ['value']): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]));
  return [path, [...path, 'somethingElse'], ...inside];
}

/** Linear's schema with the sandbox's behaviour on it. Nothing is made up: what is not implemented says so. */
import { createSchema } from 'graphql-yoga';
import { fields } from './fields.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';
import { notImplemented } from './refusals.ts';
import { linearSdl } from './schema.ts';
import type { LinearStore } from './store.ts';

type Resolve = (source: unknown, args: unknown) => unknown;
type Field = { type: unknown; resolve?: Resolve };

export function executableSchema(store: LinearStore, webUrl: () => string) {
  const schema = createSchema({ typeDefs: linearSdl(), assumeValid: true, assumeValidSDL: true });
  const implemented: Record<string, Record<string, unknown>> = {
    Query: queries(store),
    Mutation: mutations(store),
    ...fields(store, webUrl),
  };
  for (const [typeName, type] of Object.entries(schema.getTypeMap())) {
    if (typeName.startsWith('__') || !('getInterfaces' in type)) continue;
    const isRoot = typeName === 'Query' || typeName === 'Mutation';
    for (const [name, field] of Object.entries<Field>(type.getFields() as unknown as Record<string, Field>)) {
      const own = implemented[typeName]?.[name] as Resolve | undefined;
      field.resolve = own ?? (isRoot ? refuse(name) : column(typeName, name, field));
    }
  }
  return schema;
}

const refuse = (name: string) => () => {
  throw notImplemented(name);
};

/** A column of the record; null for what the sandbox never has, such as an assignee, unless null is not allowed. */
function column(typeName: string, name: string, field: Field): Resolve {
  const isRequired = String(field.type).endsWith('!');
  return (source) => {
    const value = (source as Record<string, unknown>)[name];
    if (value === undefined && isRequired) throw notImplemented(`${typeName}.${name}`);
    return value ?? null;
  };
}

/** Turns the SDK's type declarations back into the schema definition they were generated from. */
import type { Declarations, Member, Shape } from './declarations.ts';

const builtin = new Set(['ID', 'String', 'Boolean', 'Int', 'Float']);

/**
 * The schema definition of everything that Query and Mutation reach. Defaults of inputs and descriptions are lost,
 * since the declarations do not tell them.
 */
export function writeSdl(declarations: Declarations): string {
  return new SdlWriter(declarations).write();
}

class SdlWriter {
  readonly #declared: Declarations;
  readonly #argumentShapes: Map<string, Shape>;
  readonly #implementers = new Map<string, string[]>();
  readonly #inputs = new Set<string>();
  readonly #seen = new Set<string>(['Query', 'Mutation']);
  readonly #waiting = ['Query', 'Mutation'];

  constructor(declared: Declarations) {
    this.#declared = declared;
    // `issue_labels` of Query has its arguments in `QueryIssueLabelsArgs`: only the letters agree, not their case.
    this.#argumentShapes = new Map(
      [...declared.shapes].flatMap(([name, shape]) =>
        name.endsWith('Args') ? [[plain(name.slice(0, -4)), shape]] : [],
      ),
    );
    for (const [name, { bases }] of declared.shapes) {
      for (const base of bases) this.#implementers.set(base, [...(this.#implementers.get(base) ?? []), name]);
    }
  }

  write(): string {
    const definitions: string[] = [];
    for (let name = this.#waiting.pop(); name !== undefined; name = this.#waiting.pop()) {
      if (!builtin.has(name)) definitions.push(this.#define(name));
    }
    return definitions.join('\n\n');
  }

  #define(name: string): string {
    const { scalars, enums, unions, shapes } = this.#declared;
    if (scalars.has(name)) return `scalar ${name}`;
    const values = enums.get(name);
    if (values) return `enum ${name} {\n  ${values.join('\n  ')}\n}`;
    const variants = unions.get(name);
    if (variants) {
      for (const variant of variants) this.#reach(variant);
      return `union ${name} = ${variants.join(' | ')}`;
    }
    const shape = shapes.get(name);
    if (!shape) throw new Error(`The declarations of @linear/sdk mention ${name} and do not declare it.`);
    return this.#defineShape(name, shape);
  }

  #defineShape(name: string, shape: Shape): string {
    const isInput = this.#inputs.has(name) && !shape.hasTypename;
    const isInterface = !isInput && (this.#implementers.has(name) || !shape.hasTypename);
    if (isInterface) for (const implementer of this.#implementers.get(name) ?? []) this.#reach(implementer);
    for (const base of shape.bases) this.#reach(base);

    const keyword = isInput ? 'input' : isInterface ? 'interface' : 'type';
    const bases = shape.bases.length > 0 ? ` implements ${shape.bases.join(' & ')}` : '';
    const fields = this.#membersOf(shape).map((member) => {
      const args = isInput ? '' : this.#arguments(name, member.name);
      return `  ${member.name}${args}: ${this.#typeOf(member, isInput)}`;
    });
    return `${keyword} ${name}${bases} {\n${fields.join('\n')}\n}`;
  }

  /** Its own members and, as SDL wants them repeated, those of its interfaces. */
  #membersOf(shape: Shape): Member[] {
    const own = new Set(shape.members.map((member) => member.name));
    const inherited = shape.bases
      .flatMap((base) => this.#declared.shapes.get(base)?.members ?? [])
      .filter((member) => !own.has(member.name));
    return [...shape.members, ...inherited];
  }

  #arguments(type: string, field: string): string {
    const shape = this.#argumentShapes.get(plain(type + field));
    if (!shape) return '';
    return `(${shape.members.map((arg) => `${arg.name}: ${this.#typeOf(arg, true)}`).join(', ')})`;
  }

  #typeOf(member: Member, isInput: boolean): string {
    const type = sdlType(member.type, member.optional);
    this.#reach(type.replaceAll(/[[\]!]/g, ''), isInput);
    return type;
  }

  #reach(name: string, isInput = false): void {
    if (isInput) this.#inputs.add(name);
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    this.#waiting.push(name);
  }
}

const plain = (name: string) => name.replaceAll('_', '').toLowerCase();

/** `Maybe<Array<Scalars["String"]>>` is `[String!]`. */
function sdlType(type: string, nullable: boolean): string {
  const [, wrapper, inner] = /^(\w+)<(.+)>$/.exec(type) ?? [];
  if (wrapper && inner) {
    if (wrapper === 'Maybe' || wrapper === 'InputMaybe') return sdlType(inner, true);
    if (wrapper === 'Array') return `[${sdlType(inner, false)}]${nullable ? '' : '!'}`;
  }
  const name = /^Scalars\["(\w+)"\]$/.exec(type)?.[1] ?? /^\w+$/.exec(type)?.[0];
  if (!name) throw new Error(`The declarations of @linear/sdk hold a type in a form not known here: ${type}`);
  return name + (nullable ? '' : '!');
}

/** Fills a template's `{{placeholders}}`. */

/** Throws where the template names a variable that is not given: a prompt with a hole misleads the agent. */
export function render(template: string, variables: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`The prompt template asks for "${name}", which is not given`);
    return value;
  });
}

/** A list as Markdown bullets, one line each. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item.replaceAll('\n', ' ')}`).join('\n');
}

/** Content of the files the demo's agent writes, fitting their extension. */
import path from 'node:path';
import type { Checkout } from './checkout.ts';

type Step = { name: string; criteria: string[] };

/** Creates the file, or extends it; what is there already is not written twice. */
export async function writeStepFile(checkout: Checkout, file: string, step: Step): Promise<void> {
  const before = await checkout.read(file);
  if (path.extname(file) === '.json') return checkout.write(file, withJson(before, step));
  const addition = contentFor(file, step, before);
  if (before?.includes(addition.trim())) return;
  await checkout.write(file, before ? `${before.trimEnd()}\n\n${addition}` : opening(file, step) + addition);
}

/** Appends a short section, as prose or as a comment. */
export async function appendSection(
  checkout: Checkout,
  file: string,
  title: string,
  notes: string[],
): Promise<void> {
  const before = (await checkout.read(file)) ?? '';
  const lines = [title, ...notes];
  const addition =
    path.extname(file) === '.md'
      ? `### ${title}\n\n${bullets(notes.length > 0 ? notes : ['Reviewed and mended.'])}`
      : file.endsWith('.json')
        ? ''
        : `${lines.map((line) => comment(file, line)).join('\n')}\n`;
  const text = addition
    ? `${before.trimEnd()}\n\n${addition}`
    : withJson(before, { name: title, criteria: notes });
  await checkout.write(file, `${text.trim()}\n`);
}

function contentFor(file: string, { name, criteria }: Step, before: string | null): string {
  const sentence = JSON.stringify(name);
  switch (path.extname(file)) {
    case '.md':
    case '.markdown':
      return `## ${name}\n\n${bullets(criteria.length > 0 ? criteria : ['Done.'])}`;
    case '.ts':
    case '.tsx':
    case '.mts':
      return `/** ${name}. */\nexport function ${camel(name)}(): string {\n  return ${sentence};\n}\n`;
    case '.js':
    case '.mjs':
    case '.jsx':
    case '.cjs': {
      const commonJs = file.endsWith('.cjs') || /\b(module\.exports|require\()/.test(before ?? '');
      const head = commonJs ? `exports.${camel(name)} = function ` : 'export function ';
      return `/** ${name}. */\n${head}${camel(name)}() {\n  return ${sentence};\n}${commonJs ? ';' : ''}\n`;
    }
    case '.py':
      return `def ${snake(name)}() -> str:\n    """${name.replaceAll('"', "'")}."""\n    return ${sentence}\n`;
    default:
      return `${[name, ...criteria].map((line) => comment(file, line)).join('\n')}\n`;
  }
}

function opening(file: string, { name }: Step): string {
  if (path.extname(file) !== '.md') return '';
  const title = path.basename(file, '.md').replace(/[-_]+/g, ' ');
  return `# ${title.charAt(0).toUpperCase()}${title.slice(1) || name}\n\n`;
}

function withJson(before: string | null, { name, criteria }: Step): string {
  let value: unknown = {};
  try {
    value = JSON.parse(before || '{}');
  } catch {
    // Unreadable: written anew.
  }
  const base = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return `${JSON.stringify({ ...base, [camel(name)]: criteria.length > 0 ? criteria : name }, null, 2)}\n`;
}

function comment(file: string, line: string): string {
  switch (path.extname(file)) {
    case '.ts':
    case '.tsx':
    case '.js':
    case '.mjs':
    case '.cjs':
    case '.jsx':
    case '.mts':
    case '.go':
    case '.rs':
    case '.java':
      return `// ${line}`;
    case '.css':
      return `/* ${line} */`;
    case '.html':
      return `<!-- ${line} -->`;
    case '.txt':
      return line;
    default:
      return `# ${line}`;
  }
}

const bullets = (lines: string[]) => `${lines.map((line) => `- ${line}`).join('\n')}\n`;

const words = (name: string) => {
  const found = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return found.length === 0 || /^\d/.test(found[0] ?? '') ? ['step', ...found] : found;
};
const camel = (name: string) =>
  words(name)
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
const snake = (name: string) => words(name).join('_');
